// The rows are aligned by hand:
// swift-format-ignore-file

/// Every situation that an answer of the API can make, and what each leads to: the worker decides by these rows alone.
///
/// The first row that applies counts, and the last row of each request applies to any answer. To change what follows
/// from an answer, change its row, and the test of that row. Columns: name, situation, decision, what it says of other
/// commands, word for logs and metrics; then what it means that a lookup finds no customer, and why.
package enum AnswerTable {
    /// All rows, in the order in which they are tried.
    package static let rows: [AnswerRow] = create + search + lookedUp + archive + update + neutral

    /// The row of an answer; never `nil`, since the last row of each request takes what is left.
    static func row(for reading: AnswerReading) -> AnswerRow {
        Self.rows.first { $0.request == reading.request && reading.fits($0.situation) }
            ?? Self.rest(of: reading.request)
    }

    /// The row of what a lookup found.
    package static func row(for finding: AnswerSituation.Finding) -> AnswerRow {
        Self.rows.first { if case .lookedUp(finding) = $0.situation { true } else { false } } ?? Self.rest(of: .search)
    }

    private static func rest(of request: AnswerRow.Request) -> AnswerRow {
        row("rest", anyStatus, .retry, .none, nil, "a status that means nothing here")(request)
    }

    private static let create: [AnswerRow] = table(.create, [
        row("created",            on(201, .ourCustomer),     .created,      .none,       nil,
         "the customer is made"),
        row("another_customer",   on(201, .anotherCustomer), .retryInDoubt, .none,       "another_customer",
         "about another customer, so it says nothing of ours: the connection is closed, the next answer settles it"),
        row("unreadable",         on(201),                   .lookUp,       .none,       "unreadable_answer",
         absent: .absentMade, "the customer is made; its answer was cut or changed on the way: the lookup gives it"),
        row("unexpected_success", success(.json),            .retryInDoubt, .none,       "unexpected_success",
         "a create is answered by 201; the next answer settles what was made"),
        row("not_the_api",        success(.any),             setting,       .perhapsOne, "not_the_api",
         "success without JSON: a firewall's challenge to this command's content, or api.host is not the API"),
        row("another_conflict",   on(409, .anotherCustomer), .lookUp,       .none,       "http_409",
         absent: .absentForeign,
         "a conflict of another customer: the connection is closed, and the lookup tells about ours"),
        row("conflict",           on(409, .namesOurID),      .lookUp,       .none,       "http_409",
         absent: .absentOurs, "Flexprice has a customer of our external_id; the lookup tells whether it agrees"),
        row("other_conflict",     on(409, .flexpriceError),  .lookUp,       .none,       "http_409",
         absent: .absentOthers,
         "a conflict, perhaps of a tax association, with no customer behind it; the lookup tells"),
        row("foreign_conflict",   on(409),                   .lookUp,       .none,       "foreign_refusal",
         absent: .absentForeign, "a conflict in a proxy's words; the lookup tells"),
        row("unknown_tax_rate",   on(404, .namedResource),   .rejected,     .none,       nil,
         "something that the command names is not there, such as a tax rate's code"),
        row("too_large",          on(413),                   .rejected,     .none,       nil,
         "something before the API takes no command of this size"),
        row("media_type",         on(415),                   .rejected,     .none,       nil,
         "the form of the body is refused"),
    ] + common)

    private static let search: [AnswerRow] = table(.search, [
        row("page",         on(200, .searchPage), .lookUp, .none,        nil,
         "what is on the page decides; none of our external_id may only mean that a replica lags"),
        row("unauthorized", on(401),              .pause,  .allCommands, "unauthorized",
         "the key that creates customers may not read them any more; a key file is read again"),
        row("forbidden",    on(403),              .pause,  .perhapsOne,  "forbidden",
         "the API, or something before it, refuses lookups; what was made stays unsettled until then"),
    ]) + unread(.search, "conflict_unsettled", "the create is sent again later")

    private static let archive: [AnswerRow] = table(.archive, [
        row("page",         on(200, .searchPage), .lookUp,     .none,        nil,
         "what is on the page decides"),
        row("unauthorized", on(401),              .pause,      .allCommands, "unauthorized",
         "the key is wrong, expired or revoked; it is read again"),
        row("forbidden",    on(403),              .pause,      .perhapsOne,  "forbidden",
         "the API, or something before it, refuses lookups; until then nothing is answered from memory either"),
        row("archived",     .lookedUp(.archived), .recreate,   .none,        nil,
         "the customer that was made is archived: a new one is made, and remembered in its place"),
        row("standing",     .lookedUp(.standing), .remembered, .none,        nil,
         "the command is answered from memory, as without idempotency.on_archived: recreate"),
    ]) + unread(.archive, "archive_unsettled", "it is asked again later")

    /// What tells nothing of the customers that were searched.
    private static func unread(_ request: AnswerRow.Request, _ word: String, _ then: String) -> [AnswerRow] {
        let (unsent, unread) = ("the lookup was not sent: \(then)", "the lookup told nothing: \(then)")
        return table(request, [
            row("slow_down",        on([429, 503]),             .slowDown, .overload,    nil,
             "Retry-After is kept for all requests; \(then)"),
            row("unusable",         anyStatus,                  .retry,    .none,        word,        unread),
            row("refused_by_proxy", .noAnswer(.refusedByProxy), .retry,    .unreachable, word,        unsent),
            row("not_connected",    .noAnswer(.notConnected),   .retry,    .unreachable, word,        unsent),
            row("not_trusted",      .noAnswer(.notTrusted),     .retry,    .unreachable, word,        unsent),
            row("not_http",         .noAnswer(.notHTTP),        .retry,    .none,        word,        unread),
            row("interrupted",      .noAnswer(.interrupted),    .retry,    .silence,     word,        unread),
            row("answer_too_long",  .noAnswer(.tooLong),        .retry,    .none,        word,        unread),
            row("cancelled",        .noAnswer(.cancelled),      .retry,    .none,        "cancelled",
             "the next process that runs the command asks again"),
        ])
    }

    private static let neutral: [AnswerRow] = table(.neutral, [
        row("served",   on(200, .json),           .served, .none,        nil,
         "the API serves: what fails alone meanwhile fails by itself"),
        row("no_user",  on(404, .flexpriceError), .served, .none,        nil,
         "a key of a server's own configuration has no user; the API serves all the same"),
        row("no_right", on(403, .accessRefusal),  .served, .none,        nil,
         "the key may not ask whose it is; the API serves all the same"),
        row("rest",     anyStatus,                .pause,  .allCommands, nil,
         "what has nothing to do with any command fails as well: so it is no command's fault"),
    ] + TransportFailure.Kind.allCases.map { kind in
        row(kind.rawValue, .noAnswer(kind), .pause, .allCommands, kind.rawValue,
            "what has nothing to do with any command fails as well: so it is no command's fault")
    })

    private static let lookedUp: [AnswerRow] = table(.search, [
        row("made",           .lookedUp(.made),               .created,       .none, nil,
         "the 201 could not be read, and this is what it made"),
        row("agrees",         .lookedUp(.agreeing),           .existing,      .none, nil,
         "every field that was sent and is given back is the same; of metadata every pair, and more may be"),
        row("stub_fails",     .lookedUp(.stub(.fail)),        .alreadyExists, .none, nil,
         "Flexprice made it from a usage event, without the command's fields; api.on_stub: existing, update take it"),
        row("stub_exists",    .lookedUp(.stub(.existing)),    .existing,      .none, nil,
         "Flexprice made it from a usage event; it counts as the customer, without the command's fields"),
        row("stub_is_filled", .lookedUp(.stub(.update)),      .update,        .none, nil,
         "Flexprice made it from a usage event; it gets the command's fields, its metadata stay and ours are added"),
        row("differs",        .lookedUp(.differing(.fail)),   .alreadyExists, .none, nil,
         "a create is no update: change the customer in Flexprice, or send the fields as they are there"),
        row("is_changed",     .lookedUp(.differing(.update)), .change,        .none, nil,
         "the fields that differ become the command's; its metadata stay, and ours win"),
        row("absent",         .lookedUp(.absentOurs),         .retry,         .none, "conflict_unsettled",
         "the replica that is read may lag for longer: the create is sent again, since only writing tells for sure"),
        row("no_customer",    .lookedUp(.absentOthers),       .rejected,      .none, nil,
         "a 409 with no customer behind it, such as tax rates that are named twice"),
        row("foreign_absent", .lookedUp(.absentForeign),      .retry,         .none, "foreign_refusal",
         "not about our customer in Flexprice's words, so no reason to give the command up"),
        row("made_absent",    .lookedUp(.absentMade),         .retryInDoubt,  .none, "unreadable_answer",
         "the replica that is read may lag for longer: the create is sent again, and a 409 then is our own customer"),
    ])

    private static let update: [AnswerRow] = table(.update, [
        row("filled",     on(200, .ourCustomer),   .existing,     .none, nil,
         "the customer has the command's fields now; one that was no stub is told as updated"),
        row("unreadable", on(200...299),           .retryInDoubt, .none, "unexpected_success",
         "the create is sent again, and the lookup behind its 409 tells what the customer has"),
        row("lags",       on(404, .namedResource), .retry,        .none, "conflict_unsettled",
         "the replica that an update reads lags behind the one that was searched"),
        row("conflict",   on(409),                 .retry,        .none, nil,
         "something else changes it just now"),
    ] + common)

    /// What means the same whatever was asked to be written.
    private static let common: [Row] = [
        row("redirect",           on(300...399),                  setting,       .allCommands,  "redirect",
         "redirects are never followed: write api.host as the API wants it, with https and without a path but /v1"),
        row("wants_tls",          speaksTLS,                      setting,       .allCommands,  "wants_tls",
         "api.host begins with http:// and names a port that speaks TLS: write https://"),
        row("unauthorized",       on(401),                        .pause,        .allCommands,  "unauthorized",
         "the API key is wrong, expired or revoked, or Flexprice cannot reach its database; a key file is read again"),
        row("forbidden",          on(403, .accessRefusal),        .pause,        .unlessServed, "forbidden",
         "the key needs the role all_writer, environment_id must be right, and the tenant not suspended"),
        row("forbidden_by_json",  on(403, .json),                 .pause,        .perhapsOne,   "forbidden",
         "not the words in which Flexprice speaks of rights: perhaps a gateway's, to this command's content"),
        row("blocked",            on(403),                        .pause,        .perhapsOne,   "blocked",
         "not the API's words: a firewall blocks this command's content, or this machine"),
        row("wrong_base_url",     on([404, 410, 421, 426]),       setting,       .allCommands,  "wrong_base_url",
         "api.host is not the API, or lacks /v1"),
        row("wrong_method",       on(405),                        setting,       .perhapsOne,   "not_the_api",
         "a firewall's captcha for this command's content, or api.host is not the API"),
        row("login_on_the_way",   on(407),                        setting,       .allCommands,  "proxy_login",
         "a proxy between here and the API wants a login"),
        row("not_received",       on([408, 425]),                 .retry,        .none,         nil,
         "the request did not come through whole, or came too early"),
        row("slow_down",          on([429, 503]),                 .slowDown,     .overload,     nil,
         "Retry-After is kept for all requests, and api.max_concurrency: auto lowers its limit"),
        row("gateway",            gateways,                       .retryInDoubt, .none,         nil,
         "something on the way did not hear the end: the API may have done it"),
        row("panic",              on(500, .empty),                .retryInDoubt, .none,         nil,
         "the handler broke down, before the commit or after it"),
        row("server_error",       on(500...599),                  .retry,        .none,         nil,
         "the database or the server failed, and rolled back; some of these never pass, so it is bounded"),
        row("refused",            on(400...499, .flexpriceError), .rejected,     .none,         nil,
         "the command breaks a rule of Flexprice's; the error's details say which"),
        row("refused_by_another", on(400...499),                  .retry,        .none,         "foreign_refusal",
         "a proxy's words, perhaps to all: if most get it intake pauses; a command that gets it alone is exhausted"),
        row("rest",               anyStatus,                      .retry,        .none,         nil,
         "a status that no server may send counts as one of 500 (RFC 9110, section 15)"),
        row("proxy_login",        .proxy([407...407]),            setting,       .allCommands,  "proxy_login",
         "the proxy of HTTPS_PROXY wants a user and a password in its URL"),
        row("proxy_forbids",      proxyRefusals,                  setting,       .allCommands,  "proxy_forbids",
         "the proxy of HTTPS_PROXY does not let this machine through to api.host; NO_PROXY goes around it"),
        row("proxy_redirect",     .proxy([300...399]),            setting,       .allCommands,  "proxy_redirect",
         "the proxy of HTTPS_PROXY sends elsewhere, such as to a login page"),
        row("proxy_overload",     .proxy([429...429, 503...503]), .slowDown,     .overload,     "proxy_overload",
         "the proxy is overloaded; nothing was sent to the API"),
        row("proxy_unreachable",  .proxy([0...Int.max]),          .retry,        .unreachable,  "proxy_unreachable",
         "the proxy found no way to the API; nothing was sent"),
        row("not_connected",      .noAnswer(.notConnected),       .retry,        .unreachable,  "not_connected",
         "nothing was sent; three in a row without any answer between pause the intake"),
        row("not_trusted",        .noAnswer(.notTrusted),         setting,       .allCommands,  "not_trusted",
         "check api.ca_file, the scheme of api.host, and the clock of this machine"),
        row("not_http",           .noAnswer(.notHTTP),            setting,       .allCommands,  "not_http",
         "api.host begins with http:// and names a port that speaks TLS, or names something that speaks no HTTP"),
        row("interrupted",        .noAnswer(.interrupted),        .retryInDoubt, .silence,      "unknown_outcome",
         "it may have been carried out: sending it again settles that, and a 409 then is our own customer"),
        row("answer_too_long",    .noAnswer(.tooLong),            .retryInDoubt, .none,         "answer_too_long",
         "longer than any answer about such a command; it may have been carried out"),
        row("cancelled",          .noAnswer(.cancelled),          .retryInDoubt, .none,         "cancelled",
         "the next process that runs the command settles it"),
    ]

    private typealias Row = @Sendable (AnswerRow.Request) -> AnswerRow

    private static func table(_ request: AnswerRow.Request, _ rows: [Row]) -> [AnswerRow] { rows.map { $0(request) } }

    private static func row(
        _ id: String,
        _ situation: AnswerSituation,
        _ decision: AnswerDecision,
        _ sign: AnswerRow.Sign,
        _ word: String?,
        absent: AnswerSituation.Finding? = nil,
        _ why: String
    ) -> Row {
        { AnswerRow($0, id, situation, decision, sign, word, absent: absent, why) }
    }

    private static func on(_ status: Int, _ body: AnswerSituation.Body = .any) -> AnswerSituation {
        on(status...status, body)
    }

    private static func on(_ statuses: [Int]) -> AnswerSituation { .answer(statuses.map { $0...$0 }, .any) }

    private static func on(_ statuses: ClosedRange<Int>, _ body: AnswerSituation.Body = .any) -> AnswerSituation {
        .answer([statuses], body)
    }

    private static func success(_ body: AnswerSituation.Body) -> AnswerSituation {
        .answer([200...200, 202...299], body)
    }

    private static let setting = AnswerDecision.configurationError
    private static let speaksTLS = AnswerSituation.answer([400...400, 497...497], .wantsTLS)
    private static let anyStatus = AnswerSituation.answer([0...Int.max], .any)
    private static let proxyRefusals = AnswerSituation.proxy([400...406, 408...428, 430...499])

    /// Those that speak for the API and do not know what it did, and interim answers with nothing behind them.
    ///
    /// 499 and those from 520 on are of no standard.
    private static let gateways = AnswerSituation.answer(
        [100...199, 499...499, 502...502, 504...504, 520...527, 530...530, 598...599],
        .any
    )
}
