/// Every situation that an answer of the API can make, and what each leads to: the worker decides by these rows alone.
///
/// The first row that applies counts, and the last row of each request applies to any answer. To change what becomes of an answer,
/// change its row, and the test of that row.
public enum AnswerTable {
    /// All rows, in the order in which they are tried.
    public static let rows: [AnswerRow] = create + search + lookedUp + update

    /// The row of an answer; never `nil`, since the last row of each request takes what is left.
    static func row(for reading: AnswerReading) -> AnswerRow {
        let rows =
            switch reading.request {
            case .create: Self.create
            case .search: Self.search
            case .update: Self.update
            }
        return rows.first { reading.fits($0.situation) } ?? Self.rest(of: reading.request)
    }

    /// The row of what a look-up found.
    public static func row(for finding: AnswerSituation.Finding) -> AnswerRow {
        Self.lookedUp.first { if case .lookedUp(finding) = $0.situation { true } else { false } }
            ?? Self.rest(of: .search)
    }

    private static func rest(of request: AnswerRow.Request) -> AnswerRow {
        AnswerRow(request, "rest", .answer([0...Int.max], .any), .retry, "a status that means nothing here")
    }

    private static let create: [AnswerRow] =
        [
            AnswerRow(.create, "created", .answer([201...201], .ourCustomer), .created, "the customer is made"),
            AnswerRow(
                .create,
                "another_customer",
                .answer([201...201], .object),
                .retryInDoubt,
                word: "another_customer",
                "success is only what names our external_id; the next answer settles what was made"
            ),
            AnswerRow(
                .create,
                "unreadable",
                .answer([201...201], .any),
                .retryInDoubt,
                word: "unreadable_answer",
                "the customer is made, but its answer was cut or changed on the way; the next answer settles it"
            ),
            AnswerRow(
                .create,
                "unexpected_success",
                .answer([200...200, 202...299], .json),
                .retryInDoubt,
                word: "unexpected_success",
                "a create is answered by 201; the next answer settles what was made"
            ),
            AnswerRow(
                .create,
                "not_the_api",
                .answer([200...200, 202...299], .any),
                .configurationError,
                word: "wrong_base_url",
                "success without JSON: api.host leads to something else than the API"
            ),
            AnswerRow(
                .create,
                "conflict",
                .answer([409...409], .namesOurID),
                .lookUp,
                word: "http_409",
                "Flexprice has a customer of our external_id; the look-up tells whether it agrees"
            ),
            AnswerRow(
                .create,
                "other_conflict",
                .answer([409...409], .any),
                .lookUp,
                word: "http_409",
                "a conflict that may be about a tax association, with no customer behind it; the look-up tells"
            ),
            AnswerRow(
                .create,
                "too_large",
                .answer([413...413], .any),
                .rejected,
                "something before the API takes no command of this size"
            ),
            AnswerRow(
                .create,
                "unknown_tax_rate",
                .answer([404...404], .namedResource),
                .rejected,
                "something that the command names is not there, such as a tax rate's code"
            ),
            AnswerRow(.create, "media_type", .answer([415...415], .any), .rejected, "the form of the body is refused"),
        ] + Self.common(.create)

    private static let search: [AnswerRow] = [
        AnswerRow(
            .search,
            "page",
            .answer([200...200], .searchPage),
            .lookUp,
            "what stands in the page decides; none of our external_id may only mean that a replica lags"
        ),
        AnswerRow(
            .search,
            "unauthorized",
            .answer([401...401], .any),
            .pause,
            word: "unauthorized",
            "as for a create"
        ),
        AnswerRow(.search, "forbidden", .answer([403...403], .any), .pause, word: "forbidden", "as for a create"),
        AnswerRow(
            .search,
            "slow_down",
            .answer([429...429, 503...503], .any),
            .slowDown,
            "as for a create; the create is sent again later and asks again"
        ),
        AnswerRow(
            .search,
            "unusable",
            .answer([0...Int.max], .any),
            .retry,
            word: "conflict_unsettled",
            "the look-up told nothing: the create is sent again later, since only writing tells for sure"
        ),
        AnswerRow(
            .search,
            "not_connected",
            .noAnswer(.notConnected),
            .retry,
            word: "conflict_unsettled",
            "the look-up told nothing: the create is sent again later"
        ),
        AnswerRow(
            .search,
            "not_trusted",
            .noAnswer(.notTrusted),
            .retry,
            word: "conflict_unsettled",
            "the look-up told nothing: the create is sent again later"
        ),
        AnswerRow(
            .search,
            "interrupted",
            .noAnswer(.interrupted),
            .retry,
            word: "conflict_unsettled",
            "the look-up told nothing: the create is sent again later"
        ),
        AnswerRow(
            .search,
            "answer_too_long",
            .noAnswer(.tooLong),
            .retry,
            word: "conflict_unsettled",
            "the look-up told nothing: the create is sent again later"
        ),
        AnswerRow(
            .search,
            "cancelled",
            .noAnswer(.cancelled),
            .retry,
            word: "cancelled",
            "whoever runs the command next asks again"
        ),
    ]

    private static let lookedUp: [AnswerRow] = [
        AnswerRow(
            .search,
            "agrees",
            .lookedUp(.agreeing),
            .existing,
            "every field that the command sent is there; of metadata every pair, and more may be"
        ),
        AnswerRow(
            .search,
            "stub_fails",
            .lookedUp(.stub(.fail)),
            .alreadyExists,
            "Flexprice made it from a usage event, without the command's fields; api.on_stub: existing or update takes it"
        ),
        AnswerRow(
            .search,
            "stub_exists",
            .lookedUp(.stub(.existing)),
            .existing,
            "Flexprice made it from a usage event; it counts as the customer, without the command's fields"
        ),
        AnswerRow(
            .search,
            "stub_is_filled",
            .lookedUp(.stub(.update)),
            .update,
            "Flexprice made it from a usage event; it gets the command's fields, its metadata stay and ours are added"
        ),
        AnswerRow(
            .search,
            "differs",
            .lookedUp(.differing),
            .alreadyExists,
            "a create is never an update: change the customer in Flexprice, or send the fields as they are there"
        ),
        AnswerRow(
            .search,
            "absent",
            .lookedUp(.absentOurs),
            .retry,
            word: "conflict_unsettled",
            "the replica that is read may lag for longer: the create is sent again, since only writing tells for sure"
        ),
        AnswerRow(
            .search,
            "no_customer",
            .lookedUp(.absentOthers),
            .rejected,
            "a 409 with no customer behind it, such as tax rates that are named twice"
        ),
    ]

    private static let update: [AnswerRow] =
        [
            AnswerRow(
                .update,
                "filled",
                .answer([200...200], .ourCustomer),
                .existing,
                "the stub has the command's fields now"
            ),
            AnswerRow(
                .update,
                "unreadable",
                .answer([200...299], .any),
                .retryInDoubt,
                word: "unexpected_success",
                "the create is sent again, and the look-up behind its 409 tells what the stub has"
            ),
            AnswerRow(
                .update,
                "lags",
                .answer([404...404], .namedResource),
                .retry,
                word: "conflict_unsettled",
                "the replica that an update reads lags behind the one that was searched"
            ),
            AnswerRow(
                .update,
                "conflict",
                .answer([409...409], .any),
                .retry,
                "somebody else changes it just now"
            ),
        ] + Self.common(.update)

    /// What means the same whatever was asked to be written.
    private static func common(_ request: AnswerRow.Request) -> [AnswerRow] {
        Self.everybodys(request) + Self.passing(request) + [
            AnswerRow(
                request,
                "refused",
                .answer([400...499], .flexpriceError),
                .rejected,
                "the command breaks a rule of Flexprice's; the error's details say which"
            ),
            AnswerRow(
                request,
                "refused_by_another",
                .answer([400...499], .any),
                .retry,
                word: "foreign_refusal",
                "not Flexprice's words but a proxy's, which may say it to everybody: if most get it intake pauses, and a "
                    + "command that gets it alone ends as retries_exhausted"
            ),
            AnswerRow(
                request,
                "rest",
                .answer([0...Int.max], .any),
                .retry,
                "a status that no server may send counts as one of 500 (RFC 9110, section 15)"
            ),
        ] + Self.unanswered(request)
    }

    private static func everybodys(_ request: AnswerRow.Request) -> [AnswerRow] {
        // Before any other 404 stands the one in JSON, which each request has for itself.
        [
            AnswerRow(
                request,
                "redirect",
                .answer([300...399], .any),
                .configurationError,
                word: "redirect",
                "redirects are never followed: write api.host as the API wants it, with https and without a path but /v1"
            ),
            AnswerRow(
                request,
                "unauthorized",
                .answer([401...401], .any),
                .pause,
                word: "unauthorized",
                "the API key is wrong, expired or revoked, or Flexprice cannot reach its database; the key is read again"
            ),
            AnswerRow(
                request,
                "forbidden",
                .answer([403...403], .any),
                .pause,
                word: "forbidden",
                "the key needs the role all_writer, environment_id must be right, and the tenant not suspended"
            ),
            AnswerRow(
                request,
                "wrong_base_url",
                .answer([404...405, 410...410, 421...421, 426...426], .any),
                .configurationError,
                word: "wrong_base_url",
                "api.host is not the API, or lacks /v1"
            ),
            AnswerRow(
                request,
                "proxy_login",
                .answer([407...407], .any),
                .configurationError,
                word: "proxy_login",
                "the proxy of HTTPS_PROXY wants a user and a password in its URL"
            ),
        ]
    }

    private static func passing(_ request: AnswerRow.Request) -> [AnswerRow] {
        [
            AnswerRow(
                request,
                "not_received",
                .answer([408...408, 425...425], .any),
                .retry,
                "the request did not come through whole, or came too early"
            ),
            AnswerRow(
                request,
                "slow_down",
                .answer([429...429, 503...503], .any),
                .slowDown,
                "Retry-After is kept for all requests, and api.max_concurrency: auto lowers its limit"
            ),
            AnswerRow(
                request,
                "gateway",
                .answer([502...502, 504...504], .any),
                .retryInDoubt,
                "the gateway did not hear the end: the API may have done it"
            ),
            AnswerRow(
                request,
                "server_error",
                .answer([500...501, 505...599], .any),
                .retry,
                "the database or the server failed, and rolled back; some of these are for ever, so it is bounded"
            ),
        ]
    }

    private static func unanswered(_ request: AnswerRow.Request) -> [AnswerRow] {
        [
            AnswerRow(
                request,
                "not_connected",
                .noAnswer(.notConnected),
                .retry,
                word: "not_connected",
                "nothing was sent; three in a row without any answer between pause the intake"
            ),
            AnswerRow(
                request,
                "not_trusted",
                .noAnswer(.notTrusted),
                .configurationError,
                word: "not_trusted",
                "check api.ca_file, the scheme of api.host, and the clock of this machine"
            ),
            AnswerRow(
                request,
                "interrupted",
                .noAnswer(.interrupted),
                .retryInDoubt,
                word: "unknown_outcome",
                "it may have been carried out: sending it again settles that, and a 409 then is our own customer"
            ),
            AnswerRow(
                request,
                "answer_too_long",
                .noAnswer(.tooLong),
                .retryInDoubt,
                word: "answer_too_long",
                "no answer of Flexprice's is so long; it may have been carried out"
            ),
            AnswerRow(
                request,
                "cancelled",
                .noAnswer(.cancelled),
                .retryInDoubt,
                word: "cancelled",
                "whoever runs the command next settles it"
            ),
        ]
    }
}
