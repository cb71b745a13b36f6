import CCurl
import Records

/// A libcurl handle and the request that it carries; handles are used again, since to make one costs more than a
/// request.
///
/// Belongs to the transport's thread. libcurl calls back with its address, so it must outlive its handle's transfer.
@safe final class Transfer {
    let handle: UnsafeMutableRawPointer
    private(set) var number: UInt64 = 0
    private var completion: HTTPTransport.Completion?
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var addresses: UnsafeMutablePointer<curl_slist>?
    private var url = ""
    /// ``url`` in its parts, which libcurl would take apart and put together again for each request otherwise.
    private var parsedURL: OpaquePointer?
    private var method: HTTPRequest.Method?
    private let maximumAnswerBytes: Int

    /// Sockets that libcurl wants to be watched for it.
    var socketCount = 0

    // What has come of it.
    private var sendings = 0
    private var head = AnswerHead()
    private var body: [UInt8] = []
    private var isTooLong = false

    /// Makes a handle; `nil` when there is no memory for one.
    init?(_ settings: TransportSettings) {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = handle
        self.maximumAnswerBytes = settings.maximumAnswerBytes
        self.set(CURLOPT_NOSIGNAL, 1)
        self.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        self.set(CURLOPT_PROTOCOLS_STR, "http,https")
        self.set(CURLOPT_CONNECTTIMEOUT_MS, Int(TransportSettings.connectTimeout.wholeMilliseconds))
        self.set(CURLOPT_MAXAGE_CONN, Int(TransportSettings.idleLimit.components.seconds))
        self.set(CURLOPT_MAXLIFETIME_CONN, max(1, Int(settings.connectionLifetime.components.seconds)))
        // An answer that has a coding although none is wanted is decoded.
        self.set(CURLOPT_ACCEPT_ENCODING, "identity")
        if let authorities = settings.authorities {
            _ = unsafe authorities.pem.withUnsafeBytes { bytes in
                unsafe cw_curl_set_authorities(handle, bytes.baseAddress, bytes.count)
            }
        }
        if let addresses = settings.addresses {
            unsafe self.addresses = curl_slist_append(nil, addresses)
            _ = unsafe cw_curl_set_pointer(self.handle, CURLOPT_RESOLVE, self.addresses)
        }
        self.set(settings.proxy)
        self.register()
    }

    deinit {
        unsafe curl_easy_cleanup(self.handle)
        unsafe curl_slist_free_all(self.headers)
        unsafe curl_slist_free_all(self.addresses)
        unsafe curl_url_cleanup(self.parsedURL)
    }

    /// Makes the handle ready for a request.
    func prepare(_ number: UInt64, _ request: HTTPRequest, then completion: @escaping HTTPTransport.Completion) {
        self.number = number
        self.completion = completion
        self.sendings = 0
        self.socketCount = 0
        self.head = AnswerHead()
        self.isTooLong = false
        if request.url != self.url { self.set(url: request.url) }
        self.set(CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.wholeMilliseconds)))
        var headers: UnsafeMutablePointer<curl_slist>?
        for line in request.headers { unsafe headers = curl_slist_append(headers, line) }
        // Written here, since libcurl formats a line of its own twice.
        unsafe headers = curl_slist_append(headers, "accept-encoding: identity")
        // Without it a long body would wait for a «100 Continue».
        unsafe headers = curl_slist_append(headers, "Expect:")
        _ = unsafe cw_curl_set_pointer(self.handle, CURLOPT_HTTPHEADER, headers)
        unsafe curl_slist_free_all(self.headers)
        unsafe self.headers = headers
        if let body = request.body {
            _ = unsafe cw_curl_set_size(self.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = unsafe body.withUnsafeBytes { bytes in
                // It makes the request a POST. An empty array has no address, and no address would mean that the body
                // is read from elsewhere.
                unsafe cw_curl_set_pointer(
                    self.handle,
                    CURLOPT_COPYPOSTFIELDS,
                    bytes.baseAddress ?? UnsafeRawPointer(self.handle)
                )
            }
        } else {
            self.set(CURLOPT_HTTPGET, 1)
        }
        if request.method != self.method { self.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        self.method = request.method
    }

    /// Ends the request with what libcurl says of it.
    func takeOutcome(_ code: CURLcode) -> (completion: HTTPTransport.Completion, exchange: Exchange)? {
        guard let completion = self.completion else { return nil }
        self.completion = nil
        var body: [UInt8] = []
        swap(&body, &self.body)
        // An answer in a coding that cannot be read is an answer, without a body.
        if code == CURLE_BAD_CONTENT_ENCODING { body = [] }
        guard code == CURLE_OK || code == CURLE_BAD_CONTENT_ENCODING else {
            return (completion, .unanswered(self.failure(code)))
        }
        let answer = HTTPAnswer(
            status: self.number(CURLINFO_RESPONSE_CODE),
            isJSON: self.head.isJSON,
            retryAfter: RetryAfter(self.head.retryAfter),
            body: body
        )
        return (completion, .answered(answer))
    }

    /// Whether nothing has been sent yet, and there is nothing on the way to that either.
    var isStranded: Bool { self.sendings == 0 && self.socketCount <= 0 }

    /// The socket of the connection that the last request left behind; `nil` when it was closed.
    ///
    /// It takes a look at every kept connection, so it is for rare moments.
    var keptSocket: CInt? {
        var socket: CInt = -1
        return unsafe cw_curl_get_socket(self.handle, &socket) == CURLE_OK && socket >= 0 ? socket : nil
    }

    /// Ends the request without libcurl's word.
    func cancel() -> (completion: HTTPTransport.Completion, exchange: Exchange)? {
        guard let completion = self.completion else { return nil }
        self.completion = nil
        self.body = []
        return (completion, .unanswered(.cancelled))
    }

    private func failure(_ code: CURLcode) -> TransportFailure {
        if self.isTooLong { return .tooLong }
        return TransportFailure(
            code,
            text: unsafe String(cString: curl_easy_strerror(code)),
            wasSent: self.sendings > 0,
            isNewConnection: self.number(CURLINFO_NUM_CONNECTS) > 0,
            proxyStatus: self.number(CURLINFO_HTTP_CONNECTCODE),
            systemError: CInt(truncatingIfNeeded: self.number(CURLINFO_OS_ERRNO))
        )
    }

    // MARK: What libcurl tells

    private func register() {
        let address = unsafe Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA] {
            _ = unsafe cw_curl_set_pointer(self.handle, option, address)
        }
        _ = unsafe cw_curl_set_bytes_function(self.handle, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            guard let transfer = unsafe Transfer.at(context), let bytes = unsafe bytes else { return 0 }
            let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
            return unsafe transfer.take(body: raw) ? count : 0
        }
        _ = unsafe cw_curl_set_bytes_function(self.handle, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            guard let transfer = unsafe Transfer.at(context), let bytes = unsafe bytes else { return 0 }
            unsafe transfer.head.take(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        _ = unsafe cw_curl_set_request_function(self.handle) { context, _, _, _, _ in
            guard let transfer = unsafe Transfer.at(context) else { return CURL_PREREQFUNC_ABORT }
            // libcurl sends a request again when a kept connection breaks before an answer. The first one may have been
            // carried out: whoever asked must know of that.
            transfer.sendings += 1
            return transfer.sendings == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    /// The transfer that a handle was made for.
    static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
        unsafe Self.at(UnsafeMutableRawPointer(mutating: cw_curl_get_text(handle, CURLINFO_PRIVATE)))
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard self.body.count + bytes.count <= self.maximumAnswerBytes else {
            self.isTooLong = true
            return false
        }
        unsafe self.body.append(contentsOf: bytes)
        return true
    }

    // MARK: Options

    private func set(_ option: CURLoption, _ value: Int) {
        _ = unsafe cw_curl_set_number(self.handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = unsafe value.withCString { unsafe cw_curl_set_pointer(self.handle, option, $0) }
    }

    private func set(url: String) {
        self.url = url
        self.set(CURLOPT_URL, url)
        let parsed = unsafe curl_url()
        let isParsed = unsafe url.withCString { unsafe curl_url_set(parsed, CURLUPART_URL, $0, 0) } == CURLUE_OK
        // What cannot be parsed is left to libcurl, which says so when it comes to the request.
        _ = unsafe cw_curl_set_pointer(self.handle, CURLOPT_CURLU, isParsed ? UnsafeRawPointer(parsed) : nil)
        unsafe curl_url_cleanup(self.parsedURL)
        unsafe self.parsedURL = parsed
    }

    private func set(_ proxy: ProxyChoice?) {
        // Both set in any case: else libcurl would read the environment by rules of its own.
        self.set(CURLOPT_PROXY, proxy?.curlURL ?? "")
        self.set(CURLOPT_NOPROXY, "")
        guard let proxy else { return }
        self.set(CURLOPT_HTTPPROXYTUNNEL, 1)
        self.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let (user, password) = proxy.login {
            self.set(CURLOPT_PROXYUSERNAME, user)
            self.set(CURLOPT_PROXYPASSWORD, password)
        }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe cw_curl_get_number(self.handle, info, &value) == CURLE_OK ? value : 0
    }
}
