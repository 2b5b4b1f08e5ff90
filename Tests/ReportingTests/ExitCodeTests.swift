import Foundation
import Reporting
import Testing

@Suite struct ExitCodeTests {
  /// BSD's sysexits.h.
  @Test func exitCodes() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, EX_USAGE, EX_DATAERR, EX_SOFTWARE, EX_IOERR, EX_TEMPFAIL])
    struct Strange: Error {}
    #expect(UserFacingError(Strange()).code == .internalError)
    #expect(UserFacingError(UserFacingError(code: .badData, message: "x")) == .init(code: .badData, message: "x"))
  }
}
