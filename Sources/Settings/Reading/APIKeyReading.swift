package import Records

/// The rule for the text of an API key, wherever it is read from.
package enum APIKeyText {
    static let expected = "an API key: 1 to 4096 visible ASCII characters without spaces"

    /// Drops one trailing newline, which every editor and `echo` leaves behind, and refuses whatever could not be sent
    /// as a header; nil if it is refused.
    @Sendable static func parse(_ written: String) -> Secret? {
        var bytes = Array(written.utf8)
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard 1...4_096 ~= bytes.count, bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads a key file again while the worker runs; nil when it cannot be read or its text does not fit, as in the
    /// moment in which it is written.
    package static func read(from path: String) -> Secret? {
        guard let file = try? FileBytes(path: path, limit: 8_192) else { return nil }
        return String(validating: file.bytes, as: UTF8.self).flatMap(Self.parse)
    }
}

extension SettingsReader {
    /// Reads the API key: from the variable or the file, else from `api.key_file`, else from the systemd credential
    /// `api_key`.
    ///
    /// A key file that is named must be readable and right. A credential that is absent is no mistake: most
    /// installations have none.
    mutating func apiKey() -> (key: Secret?, path: String?) {
        var (direct, keyFile): (Secret?, String?)
        self.read("api.key", into: &direct, .optional(.apiKey), onReload: .takesEffect)
        self.read("api.key_file", into: &keyFile, .optional(.path), onReload: .takesEffect)
        if direct != nil || self.hasProblem("api.key") { return (direct, nil) }
        if let keyFile {
            let place = self.origins["api.key_file"] ?? .builtIn
            return (self.secret(in: keyFile, mayBeMissing: false, place: place), keyFile)
        }
        if let credentialsDirectory {
            let path = credentialsDirectory + "/api_key"
            return (self.secret(in: path, mayBeMissing: true, place: .secretFile(path: path)), path)
        }
        return (nil, nil)
    }

    func hasProblem(_ key: String) -> Bool { (self.problems + self.keyProblems).contains { $0.key == key } }

    private mutating func secret(in path: String, mayBeMissing: Bool, place: SettingOrigin) -> Secret? {
        let key = mayBeMissing ? "api.key" : "api.key_file"
        let file: FileBytes
        do throws(FileBytes.Failure) {
            file = try FileBytes(path: path, limit: 8_192)
        } catch {
            if error != .missing || !mayBeMissing {
                let found = "\(Redaction.quoted(path)), \(error.description)"
                self.reportKey(key, place, found: found, expected: "a readable file with the API key")
            }
            return nil
        }
        guard let text = String(validating: file.bytes, as: UTF8.self), let secret = APIKeyText.parse(text) else {
            let found = file.bytes.isEmpty ? "an empty file" : "a file whose text does not fit (not shown)"
            let what = "\(Redaction.quoted(path)), \(found)"
            self.reportKey(key, place, found: what, expected: APIKeyText.expected)
            return nil
        }
        self.replace("api.key", value: Secret.mask, origin: .secretFile(path: path))
        if file.isReadableByEveryone {
            let remark = "\(path) can be read by every user of this machine; take the permission away (chmod o-r)"
            self.warn(key, at: place, remark)
        }
        return secret
    }
}
