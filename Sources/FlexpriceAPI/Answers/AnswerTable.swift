/// Every situation that an answer of the API can make, and what each leads to: the worker decides by these rows alone.
///
/// The first row that applies counts, and the last row of each request applies to any answer. To change what becomes of
/// an answer, change its row, and the test of that row. Columns: name, situation, decision, what it says of other
/// commands, word for logs and metrics; below each, why.
public enum AnswerTable {
    /// All rows, in the order in which they are tried.
    public static let rows: [AnswerRow] = create + search + lookedUp + archive + update + neutral

    /// The row of an answer; never `nil`, since the last row of each request takes what is left.
    static func row(for reading: AnswerReading) -> AnswerRow {
        let rows =
            switch reading.request {
            case .create: Self.create
            case .search: Self.search
            case .archive: Self.archive
            case .update: Self.update
            case .neutral: Self.neutral
            }
        return rows.first { reading.fits($0.situation) } ?? Self.rest(of: reading.request)
    }

    /// The row of what a look-up found.
    public static func row(for finding: AnswerSituation.Finding) -> AnswerRow {
        (Self.lookedUp + Self.archive).first { if case .lookedUp(finding) = $0.situation { true } else { false } }
            ?? Self.rest(of: .search)
    }

    private static func rest(of request: AnswerRow.Request) -> AnswerRow {
        AnswerRow(request, "rest", .answer([0...Int.max], .any), .retry, .none, nil, "a status that means nothing here")
    }

    private typealias Row = (
        String, AnswerSituation, AnswerDecision, AnswerRow.Sign, String?, String
    )

    private static func table(_ request: AnswerRow.Request, _ rows: [Row]) -> [AnswerRow] {
        rows.map { AnswerRow(request, $0.0, $0.1, $0.2, $0.3, $0.4, $0.5) }
    }

    private static func status(_ statuses: Int..., with body: AnswerSituation.Body = .any) -> AnswerSituation {
        .answer(statuses.map { $0...$0 }, body)
    }

    // swift-format-ignore
    private static let create: [AnswerRow] = table(.create, [
        ("created",            status(201, with: .ourCustomer),     .created,      .none, nil,
         "the customer is made"),
        ("another_customer",   status(201, with: .anotherCustomer), .retryInDoubt, .none, "another_customer",
         "about another customer, so it says nothing of ours: the connection is closed, "
         + "and the next answer settles it"),
        ("unreadable",         status(201),                         .lookUp,       .none, "unreadable_answer",
         "the customer is made, but its answer was cut or changed on the way; the look-up gives it"),
        ("unexpected_success", success(.json),                      .retryInDoubt, .none, "unexpected_success",
         "a create is answered by 201; the next answer settles what was made"),
        ("not_the_api",        success(.any),                       setting, .perhapsOne, "not_the_api",
         "success without JSON: a firewall's challenge to this command's content, or api.host is not the API"),
        ("another_conflict",   status(409, with: .anotherCustomer), .lookUp,       .none, "http_409",
         "a conflict of another customer; its connection is closed, and the look-up tells about ours"),
        ("conflict",           status(409, with: .namesOurID),      .lookUp,       .none, "http_409",
         "Flexprice has a customer of our external_id; the look-up tells whether it agrees"),
        ("other_conflict",     status(409, with: .flexpriceError),  .lookUp,       .none, "http_409",
         "a conflict that may be about a tax association, with no customer behind it; the look-up tells"),
        ("foreign_conflict",   status(409),                         .lookUp,       .none, "foreign_refusal",
         "a conflict in a proxy's words; the look-up tells"),
        ("unknown_tax_rate",   status(404, with: .namedResource),   .rejected,     .none, nil,
         "something that the command names is not there, such as a tax rate's code"),
        ("too_large",          status(413),                         .rejected,     .none, nil,
         "something before the API takes no command of this size"),
        ("media_type",         status(415),                         .rejected,     .none, nil,
         "the form of the body is refused"),
    ]) + common(.create)

    // swift-format-ignore
    private static let search: [AnswerRow] = table(.search, [
        ("page",               status(200, with: .searchPage), .lookUp,   .none,        nil,
         "what is on the page decides; none of our external_id may only mean that a replica lags"),
        ("unauthorized",       status(401),                    .pause,    .allCommands, "unauthorized",
         "the key that creates customers may not read them any more; the key is read again"),
        ("forbidden",          status(403),                    .pause,    .perhapsOne,  "forbidden",
         "the API, or something before it, lets no look-up through; what was made stays unsettled until then"),
    ]) + unread(.search, "conflict_unsettled", "the create is sent again later")

    // swift-format-ignore
    private static let archive: [AnswerRow] = table(.archive, [
        ("page",               status(200, with: .searchPage), .lookUp,     .none,        nil,
         "what is on the page decides"),
        ("unauthorized",       status(401),                    .pause,      .allCommands, "unauthorized",
         "the key is wrong, expired or revoked; it is read again"),
        ("forbidden",          status(403),                    .pause,      .perhapsOne,  "forbidden",
         "the API, or something before it, lets no look-up through; until then nothing is answered from memory either"),
        ("archived",           .lookedUp(.archived),           .recreate,   .none,        nil,
         "the customer that was made is archived: a new one is made, and remembered in its place"),
        ("standing",           .lookedUp(.standing),           .remembered, .none,        nil,
         "the command is answered from memory, as without idempotency.on_archived: recreate"),
    ]) + unread(.archive, "archive_unsettled", "it is asked again later")

    /// What tells nothing of the customers that were searched.
    // swift-format-ignore
    private static func unread(_ request: AnswerRow.Request, _ word: String, _ then: String) -> [AnswerRow] {
        table(request, [
            ("slow_down",        status(429, 503),           .slowDown, .overload,    nil,
             "Retry-After is kept for all requests; \(then)"),
            ("unusable",         anyStatus,                  .retry,    .none,        word,
             "the look-up told nothing: \(then)"),
            ("refused_by_proxy", .noAnswer(.refusedByProxy), .retry,    .unreachable, word,
             "the look-up did not go out: \(then)"),
            ("not_connected",    .noAnswer(.notConnected),   .retry,    .unreachable, word,
             "the look-up did not go out: \(then)"),
            ("not_trusted",      .noAnswer(.notTrusted),     .retry,    .unreachable, word,
             "the look-up did not go out: \(then)"),
            ("not_http",         .noAnswer(.notHTTP),        .retry,    .none,        word,
             "the look-up told nothing: \(then)"),
            ("interrupted",      .noAnswer(.interrupted),    .retry,    .silence,     word,
             "the look-up told nothing: \(then)"),
            ("answer_too_long",  .noAnswer(.tooLong),        .retry,    .none,        word,
             "the look-up told nothing: \(then)"),
            ("cancelled",        .noAnswer(.cancelled),      .retry,    .none,        "cancelled",
             "whoever runs the command next asks again"),
        ])
    }

    // swift-format-ignore
    private static let neutral: [AnswerRow] = table(.neutral, [
        ("served",   status(200, with: .json),           .served, .none,        nil,
         "the API serves: what fails alone meanwhile fails by itself"),
        ("no_user",  status(404, with: .flexpriceError), .served, .none,        nil,
         "a key of a server's own configuration has no user; the API serves all the same"),
        ("no_right", status(403, with: .accessRefusal),  .served, .none,        nil,
         "the key may not ask whose it is; the API serves all the same"),
        ("rest",     anyStatus,                          .pause,  .allCommands, nil,
         "what has nothing to do with any command fails as well: so it is no command's fault"),
    ] + TransportFailure.Kind.allCases.map { kind in
        (kind.rawValue, .noAnswer(kind), .pause, .allCommands, kind.rawValue,
         "what has nothing to do with any command fails as well: so it is no command's fault")
    })

    // swift-format-ignore
    private static let lookedUp: [AnswerRow] = table(.search, [
        ("made",           .lookedUp(.made),            .created,       .none, nil,
         "the 201 could not be read, and this is what it made"),
        ("agrees",         .lookedUp(.agreeing),        .existing,      .none, nil,
         "every field that was sent and is given back is the same; of metadata every pair, and more may be"),
        ("stub_fails",     .lookedUp(.stub(.fail)),     .alreadyExists, .none, nil,
         "Flexprice made it from a usage event, without the command's fields; api.on_stub: existing, update take it"),
        ("stub_exists",    .lookedUp(.stub(.existing)), .existing,      .none, nil,
         "Flexprice made it from a usage event; it counts as the customer, without the command's fields"),
        ("stub_is_filled", .lookedUp(.stub(.update)),   .update,        .none, nil,
         "Flexprice made it from a usage event; it gets the command's fields, its metadata stay and ours are added"),
        ("differs",        .lookedUp(.differing(.fail)), .alreadyExists, .none, nil,
         "a create is no update: change the customer in Flexprice, or send the fields as they are there"),
        ("is_changed",     .lookedUp(.differing(.update)), .change,     .none, nil,
         "the fields that differ become the command's; its metadata stay, and ours win"),
        ("absent",         .lookedUp(.absentOurs),      .retry,         .none, "conflict_unsettled",
         "the replica that is read may lag for longer: the create is sent again, since only writing tells for sure"),
        ("no_customer",    .lookedUp(.absentOthers),    .rejected,      .none, nil,
         "a 409 with no customer behind it, such as tax rates that are named twice"),
        ("foreign_absent", .lookedUp(.absentForeign),   .retry,         .none, "foreign_refusal",
         "not about our customer in Flexprice's words, so no reason to give the command up"),
        ("made_absent",    .lookedUp(.absentMade),      .retryInDoubt,  .none, "unreadable_answer",
         "the replica that is read may lag for longer: the create is sent again, and a 409 then is our own customer"),
    ])

    // swift-format-ignore
    private static let update: [AnswerRow] = table(.update, [
        ("filled",     status(200, with: .ourCustomer),   .existing,     .none, nil,
         "the customer has the command's fields now; one that was no stub is told as updated"),
        ("unreadable", .answer([200...299], .any),        .retryInDoubt, .none, "unexpected_success",
         "the create is sent again, and the look-up behind its 409 tells what the customer has"),
        ("lags",       status(404, with: .namedResource), .retry,        .none, "conflict_unsettled",
         "the replica that an update reads lags behind the one that was searched"),
        ("conflict",   status(409),                       .retry,        .none, nil,
         "something else changes it just now"),
    ]) + common(.update)

    /// What means the same whatever was asked to be written.
    // swift-format-ignore
    private static func common(_ request: AnswerRow.Request) -> [AnswerRow] {
        table(request, [
            ("redirect",           .answer([300...399], .any),            setting, .allCommands, "redirect",
             "redirects are never followed: write api.host as the API wants it, with https and without a path but /v1"),
            ("wants_tls",          status(400, 497, with: .wantsTLS),     setting, .allCommands, "wants_tls",
             "api.host begins with http:// and names a port that speaks TLS: write https://"),
            ("unauthorized",       status(401),                           .pause, .allCommands, "unauthorized",
             "the API key is wrong, expired or revoked, or Flexprice cannot reach its database; the key is read again"),
            ("forbidden",          status(403, with: .accessRefusal),     .pause, .unlessServed, "forbidden",
             "the key needs the role all_writer, environment_id must be right, and the tenant not suspended"),
            ("forbidden_by_json",  status(403, with: .json),              .pause, .perhapsOne, "forbidden",
             "not the words in which Flexprice speaks of rights: perhaps a gateway's, to this command's content"),
            ("blocked",            status(403),                           .pause, .perhapsOne, "blocked",
             "not the API's words: a firewall blocks this command's content, or this machine"),
            ("wrong_base_url",     status(404, 410, 421, 426),            setting, .allCommands, "wrong_base_url",
             "api.host is not the API, or lacks /v1"),
            ("wrong_method",       status(405),                           setting, .perhapsOne, "not_the_api",
             "a firewall's captcha for this command's content, or api.host is not the API"),
            ("login_on_the_way",   status(407),                           setting, .allCommands, "proxy_login",
             "a proxy between here and the API wants a login"),
            ("not_received",       status(408, 425),                      .retry, .none, nil,
             "the request did not come through whole, or came too early"),
            ("slow_down",          status(429, 503),                      .slowDown, .overload, nil,
             "Retry-After is kept for all requests, and api.max_concurrency: auto lowers its limit"),
            ("gateway",            gateways,                              .retryInDoubt, .none, nil,
             "something on the way did not hear the end: the API may have done it"),
            ("panic",              status(500, with: .empty),             .retryInDoubt, .none, nil,
             "the handler broke down, before the commit or after it"),
            ("server_error",       .answer([500...599], .any),            .retry, .none, nil,
             "the database or the server failed, and rolled back; some of these are for ever, so it is bounded"),
            ("refused",            .answer([400...499], .flexpriceError), .rejected, .none, nil,
             "the command breaks a rule of Flexprice's; the error's details say which"),
            ("refused_by_another", .answer([400...499], .any),            .retry, .none, "foreign_refusal",
             "a proxy's words, perhaps to all: if most get it intake pauses; a command that gets it alone is "
             + "exhausted"),
            ("rest",               anyStatus,                             .retry, .none, nil,
             "a status that no server may send counts as one of 500 (RFC 9110, section 15)"),
            ("proxy_login",        .proxy([407...407]),                   setting, .allCommands, "proxy_login",
             "the proxy of HTTPS_PROXY wants a user and a password in its URL"),
            ("proxy_forbids",      proxyRefusals,                         setting, .allCommands, "proxy_forbids",
             "the proxy of HTTPS_PROXY does not let this machine through to api.host; NO_PROXY goes around it"),
            ("proxy_redirect",     .proxy([300...399]),                   setting, .allCommands, "proxy_redirect",
             "the proxy of HTTPS_PROXY sends elsewhere, such as to a login page"),
            ("proxy_overload",     .proxy([429...429, 503...503]),        .slowDown, .overload, "proxy_overload",
             "the proxy is overloaded; nothing was sent to the API"),
            ("proxy_unreachable",  .proxy([0...Int.max]),                 .retry, .unreachable, "proxy_unreachable",
             "the proxy found no way to the API; nothing was sent"),
            ("not_connected",      .noAnswer(.notConnected),              .retry, .unreachable, "not_connected",
             "nothing was sent; three in a row without any answer between pause the intake"),
            ("not_trusted",        .noAnswer(.notTrusted),                setting, .allCommands, "not_trusted",
             "check api.ca_file, the scheme of api.host, and the clock of this machine"),
            ("not_http",           .noAnswer(.notHTTP),                   setting, .allCommands, "not_http",
             "api.host begins with http:// and names a port that speaks TLS, or names something that speaks no HTTP"),
            ("interrupted",        .noAnswer(.interrupted),               .retryInDoubt, .silence, "unknown_outcome",
             "it may have been carried out: sending it again settles that, and a 409 then is our own customer"),
            ("answer_too_long",    .noAnswer(.tooLong),                   .retryInDoubt, .none, "answer_too_long",
             "no answer about such a command is so long; it may have been carried out"),
            ("cancelled",          .noAnswer(.cancelled),                 .retryInDoubt, .none, "cancelled",
             "whoever runs the command next settles it"),
        ])
    }

    private static let setting = AnswerDecision.configurationError

    private static let anyStatus = AnswerSituation.answer([0...Int.max], .any)

    private static func success(_ body: AnswerSituation.Body) -> AnswerSituation {
        .answer([200...200, 202...299], body)
    }

    private static let proxyRefusals = AnswerSituation.proxy([400...406, 408...428, 430...499])

    /// Those that speak for the API and do not know what it did, and interim answers with nothing behind them.
    ///
    /// 499 and those from 520 on are of no standard.
    private static let gateways = AnswerSituation.answer(
        [100...199, 499...499, 502...502, 504...504, 520...527, 530...530, 598...599],
        .any
    )
}
