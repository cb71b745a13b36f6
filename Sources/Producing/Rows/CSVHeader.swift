import CustomerContract

/// The first row of a CSV file: what each column means.
struct CSVHeader {
    let columns: [CSVColumn]
    let names: [String]

    /// Reads it.
    ///
    /// - Throws: ``InputFailure`` with everything that is wrong, one sentence a line.
    init(_ row: CSVScanner.Row, of file: InputFile) throws(InputFailure) {
        var names: [String] = []
        var columns: [CSVColumn] = []
        var problems: [String] = []
        if row.fault != nil { problems.append("the header is not well-formed CSV") }
        for (index, cell) in row.cells.enumerated() {
            guard let name = String(validating: cell, as: UTF8.self) else {
                problems.append("the name of column \(index + 1) is not UTF-8; save the file as UTF-8")
                continue
            }
            guard let column = CSVColumn(named: name) else {
                problems.append(Self.unknown(name, number: index + 1, ofOne: row.cells.count == 1))
                continue
            }
            if let first = columns.firstIndex(of: column) {
                problems.append("column \(index + 1) is \(names[first]) again")
            }
            names.append(name)
            columns.append(column)
        }
        if problems.isEmpty, !columns.contains(.text(.externalID)) {
            problems.append("there is no column external_id; without it no customer can be named")
        }
        let hasEntries = columns.contains { if case .metadata = $0 { true } else { false } }
        if hasEntries, columns.contains(.json(.metadata)) {
            problems.append("there are columns metadata and metadata.KEY; write the metadata in one way")
        }
        guard problems.isEmpty else {
            let place = "\(file.name):\(row.place.line): "
            throw InputFailure(file, line: row.place.line, problems.joined(separator: "\n" + place))
        }
        self.names = names
        self.columns = columns
    }

    private static func unknown(_ name: String, number: Int, ofOne isOnly: Bool) -> String {
        if isOnly, let separator = [";", "\t", "|"].first(where: { name.contains($0) }) {
            let spelt = separator == "\t" ? "tabs" : "\(separator)"
            return "the columns seem to be separated by \(spelt); separate them by commas (RFC 4180)"
        }
        guard !name.isEmpty else { return "column \(number) has no name" }
        let shown = String(name.unicodeScalars.prefix(64).map { $0.value < 0x20 ? "?" : Character($0) })
        let meant = CSVColumn.nearest(to: name).map { "did you mean \($0)?" }
        return "column \(number), \(shown), is no field of a command; "
            + (meant ?? "expected external_id, name, email, address_…, metadata.KEY and the like")
    }
}

/// What a column of a CSV file means.
enum CSVColumn: Hashable {
    /// A field whose value is a string.
    case text(KnownField)
    case boolean(KnownField)
    /// A field that is a list or an object, written as JSON.
    case json(KnownField)
    case metadata(key: String)

    private static let metadataPrefix = KnownField.metadata.fieldName + "."

    /// The column of that name; `nil` when there is none.
    init?(named name: String) {
        if name.utf8.starts(with: Self.metadataPrefix.utf8), name.utf8.count > Self.metadataPrefix.utf8.count {
            self = .metadata(key: String(decoding: name.utf8.dropFirst(Self.metadataPrefix.utf8.count), as: UTF8.self))
            return
        }
        guard let field = KnownField(named: name) else { return nil }
        self.init(field)
    }

    private init(_ field: KnownField) {
        switch field {
        case .externalID, .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState, .addressPostalCode,
            .addressCountry, .contact, .timezone, .onboardingWorkflowName, .billingCurrency, .taxTreatment:
            self = .text(field)
        case .skipOnboardingWorkflow: self = .boolean(field)
        case .metadata, .taxRateOverrides, .integrationEntityMapping, .contactPersons: self = .json(field)
        }
    }

    /// The column that a name most likely means; `nil` when none is near.
    static func nearest(to name: String) -> String? {
        let plain = name.lowercased().trimmed
        // metadata_plan, Metadata.Plan and meta.plan.
        for start in ["metadata", "meta"] where plain.hasPrefix(start) {
            let rest = name.trimmed.dropFirst(start.count)
            guard let separator = rest.first, "._-: /[".contains(separator) else { continue }
            let key = rest.dropFirst().prefix { $0 != "]" }
            if !key.isEmpty { return Self.metadataPrefix + key }
        }
        return Self.nearestField(to: plain)
    }

    /// The field that a name most likely means; `nil` when none is near.
    static func nearestField(to name: String) -> String? {
        let fields = KnownField.allCases.map(\.fieldName)
        let words = name.lowercased().map { $0 == " " || $0 == "-" ? "_" : String($0) }.joined()
        // Country and city are parts of the address, and an id is the caller's own.
        let parts = fields.filter { $0.hasSuffix("_\(words)") }
        return parts.count == 1 ? parts[0] : NearestName.find(words, among: fields)
    }
}

extension String {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        let start = self.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
