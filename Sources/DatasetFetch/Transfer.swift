import Foundation

/// One attempt to fetch a file, or the rest of it, by the program curl.
///
/// curl is called rather than linked, or Foundation's URLSession used: loading its libraries would make every start of
/// `disttrain` some 30 ms slower, and the program brings along proxies, certificates and resuming as the user knows
/// them.
struct Transfer {
  enum Result: Equatable {
    case complete
    /// The server has another version now, or cannot send a part of a file: the part is useless.
    case mustBeginAnew
    /// Worth another attempt.
    case brokenOff(String)
    case refused(code: Int)
    case failed(String)
  }

  let address: String

  /// Appends to `part`; fetches from the beginning if it is empty.
  ///
  /// - Parameter watch: called with the bytes so far, and the total if the server has sent it.
  package func run(into part: borrowing PartFile, watch: (_ done: Int, _ total: Int?) -> Void) throws(FetchError)
    -> Result
  {
    let curl = try ExternalProgram("curl")
    let start = part.size
    let printed = try ScratchFile()
    let outcome = try curl.run(
      arguments(part: part.path, from: start, version: part.version), input: part.lock, output: printed
    ) {
      watch(part.size, HTTPHead(printed.text).contentLength.map { $0 + start })
    }
    let head = HTTPHead(printed.text)
    if start == 0, part.size > 0 { part.version = head.version }
    return result(outcome, head)
  }

  private func arguments(part: String, from start: Int, version: String?) -> [String] {
    let isPlain = address.hasPrefix("http://")
    var arguments = [
      "--silent", "--show-error", "--fail", "--location", "--max-redirs", "5",
      "--proto", "=https,http,file", "--proto-redir", isPlain ? "=https,http" : "=https",
      "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60",
      "--output", part, "--dump-header", "-", "--write-out", "\n\(HTTPHead.codeMark)%{response_code}\n",
    ]
    if start > 0 {
      arguments += ["--continue-at", "\(start)"]
      if let version { arguments += ["--header", "If-Range: \(version)"] }
    }
    return arguments + ["--url", address]
  }

  /// By curl's exit codes, curl(1).
  private func result(_ outcome: ExternalProgram.Outcome, _ head: HTTPHead) -> Result {
    let reason = outcome.errors.isEmpty ? "curl ended with \(outcome.status)" : outcome.errors
    switch outcome.status {
    case 0: return .complete
    // 33: the answer to a request for the rest was the whole file; 36: the rest begins elsewhere.
    case 33, 36: return .mustBeginAnew
    case 22:
      switch head.code {
      case 416: return .mustBeginAnew  // there is no such rest
      case 408, 425, 429, 500, 502, 503, 504: return .brokenOff("the server answered \(head.code)")
      default: return .refused(code: head.code)
      }
    // Not resolved, not connected, broken off in the middle, too slow, reset: failures of the network.
    case 5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92: return .brokenOff(reason)
    default: return .failed(reason)
    }
  }
}

/// The last answer in curl's output: header fields and code.
struct HTTPHead {
  static let codeMark = "curl-response-code: "

  /// The final code; 0 if there was none.
  let code: Int
  /// Bytes of the file in this answer; nil if unknown, or if it is a redirection.
  let contentLength: Int?
  /// Identifies the file's bytes: its strong ETag, or else when it was last changed (RFC 9110, section 13.1.5).
  let version: String?

  init(_ printed: String) {
    var fields: [String: String] = [:]
    var (code, isContent) = (0, true)
    for line in printed.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        fields = [:]  // the answer before was a redirection
        isContent = line.split(separator: " ").dropFirst().first?.hasPrefix("2") == true
      } else if let colon = line.firstIndex(of: ":") {
        fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
      if line.hasPrefix(Self.codeMark) { code = Int(line.dropFirst(Self.codeMark.count)) ?? 0 }
    }
    self.code = code
    contentLength = isContent ? fields["content-length"].flatMap(Int.init) : nil
    let tag = fields["etag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
    version = tag ?? fields["last-modified"]
  }
}
