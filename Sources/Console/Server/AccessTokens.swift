import Operations
import Records

struct AccessToken: Sendable, Equatable {
    let user: String
    let role: Role
    /// SHA-256 of the token.
    let digest: [UInt8]
}

/// The files of tokens: lines `NAME TOKEN`, empty ones, and comments that begin with `#`.
///
/// They are read for every login and once in a while for the sessions, so that a changed line takes effect without a
/// restart.
struct AccessTokens: Sendable {
    /// A shorter token could be guessed.
    static let fewestCharacters = 20
    private static let largestFile = 1 << 20

    private let files: [(setting: String, path: String, role: Role)]

    init(viewers: String?, operators: String?) {
        self.files = [
            ("console.viewer_tokens_file", viewers, Role.viewer),
            ("console.operator_tokens_file", operators, .operator),
        ].compactMap { setting, path, role in path.map { (setting, $0, role) } }
    }

    var isEmpty: Bool { self.files.isEmpty }

    /// Reads all files.
    ///
    /// - Throws: ``StartFailure`` 78 for a file that cannot be read, that every user of the machine can read, or that
    ///   has a wrong line. No sentence has a token in it.
    func read() throws(StartFailure) -> [AccessToken] {
        var tokens: [AccessToken] = []
        for (setting, path, role) in self.files {
            func wrong(_ what: String) -> StartFailure { StartFailure(.configuration, "\(setting): \(path)\(what)") }
            let file: FileBytes
            do throws(FileBytes.Failure) {
                file = try FileBytes(path: path, limit: Self.largestFile)
            } catch {
                throw wrong(": found \(error.description); expected a file of lines NAME TOKEN")
            }
            guard !file.isReadableByEveryone else {
                throw wrong(" can be read by every user of this machine; take that away (chmod o-r)")
            }
            let lines = String(decoding: file.bytes, as: UTF8.self)
                .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (index, line) in lines.enumerated() {
                let words = line.split(whereSeparator: \.isWhitespace)
                guard let name = words.first, !name.hasPrefix("#") else { continue }
                guard words.count == 2, name.utf8.count <= 64, words[1].count >= Self.fewestCharacters else {
                    throw wrong(
                        ", line \(index + 1): expected a name of at most 64 bytes and a token of at least "
                            + "\(Self.fewestCharacters) characters, as «openssl rand -hex 24» makes one"
                    )
                }
                let digest = SHA256.digest(of: Array(words[1].utf8))
                tokens.append(AccessToken(user: String(name), role: role, digest: digest))
            }
        }
        return tokens
    }

    /// The token among these that a text is; every one is compared whole, so the time tells nothing.
    static func find(_ text: String, in tokens: [AccessToken]) -> AccessToken? {
        let digest = SHA256.digest(of: Array(text.utf8))
        var found: AccessToken?
        for token in tokens {
            let difference = zip(token.digest, digest).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            // Who is in both files is an operator.
            if difference == 0, found?.role != .operator { found = token }
        }
        return found
    }
}
