import Files
import Reporting

/// The reason why a published data set could not be fetched.
package enum FetchError: ExplainedError, Equatable {
  case unknownSet(String)
  case unknownFile(String, set: String, known: [String])
  case badAddress(String)
  /// A program that does the work is not installed.
  case noProgram(String)
  case programFailed(String, String)
  /// The server refused with this code.
  case refused(address: String, code: Int)
  /// The transfer failed repeatedly.
  case unreachable(address: String, reason: String, kept: Int)
  /// The fetched file differs from the published one.
  case wrongContent(address: String, found: String, expected: String)
  /// The fetched file differs from the first copy.
  case changed(address: String, found: String, first: String, record: String)
  /// Another file has the name of the published one.
  case otherFile(path: String, found: String, expected: String)
  case badArchive(name: String, reason: String)
  case busy(path: String)
  case file(FileError)

  package var code: ExitCode {
    switch self {
    case .unknownSet, .unknownFile, .badAddress: .usage
    case .wrongContent, .changed, .otherFile, .badArchive: .badData
    case .noProgram, .programFailed, .refused, .unreachable, .busy, .file: .inputOutput
    }
  }

  package var message: String {
    switch self {
    case .unknownSet(let name):
      "\(name): no data set of this name is known; expected celeba or one of "
        + PublishedDataSet.all.map(\.name).joined(separator: ", ")
    case .unknownFile(let name, let set, let known):
      "\(name): \(set) has no such file; expected one of \(known.joined(separator: ", "))"
    case .badAddress(let address):
      "--from \(address): expected an address that begins with https://, http:// or file://"
    case .noProgram(let name):
      "\(name) is not installed, and fetching needs it: install it (Debian: apt-get install \(name))"
    case .programFailed(let name, let reason): "\(name): \(reason)"
    case .refused(let address, let code):
      "\(address): the server answered \(code)\(Self.meaning(of: code)), expected the file. Try again later, or name another "
        + "server that has it by --from ADDRESS"
    case .unreachable(let address, let reason, let kept):
      "\(address): \(reason). "
        + (kept > 0
          ? "\(quantity(kept, "byte")) \(kept == 1 ? "is" : "are") kept; the same command resumes there"
          : "Try again later")
        + ", or name another server by --from ADDRESS"
    case .wrongContent(let address, let found, let expected):
      "\(address): found \(found), expected \(expected); it was not kept. "
        + "Try again, or name another server by --from ADDRESS"
    case .changed(let address, let found, let first, let record):
      "\(address): found SHA-256 \(found), but the first time it was \(first), as \(record) says; it was not kept. If its "
        + "makers have changed it and you trust them, remove \(record) and fetch again"
    case .otherFile(let path, let found, let expected):
      "\(path): found another file there (SHA-256 \(found)), expected the published one (\(expected)); it was left as it is. "
        + "Move it away to fetch the published one, or choose another folder by --out"
    case .badArchive(let name, let reason): "\(name): \(reason); nothing of it is used"
    case .busy(let path): "\(path): another process is fetching it; wait for its end"
    case .file(let error): error.description
    }
  }

  private static func meaning(of code: Int) -> String {
    [401: " (unauthorized)", 403: " (forbidden)", 404: " (not found)", 410: " (gone)"][code] ?? ""
  }
}
