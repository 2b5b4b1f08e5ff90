import Foundation
import Hosts
import Testing
import disttrain_launch

/// The launcher's wait for mpirun, here a shell.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SupervisorTests {
  private func run(_ script: String, isHere: Bool = true, patience: Double) throws -> Int32? {
    var supervisor = Supervisor(patience: patience) { _ in }
    return try supervisor.run(["/bin/sh", "-c", script], environment: ["PATH": "/bin:/usr/bin"], isHere: isHere)
  }

  @Test func codesAndSignals() throws {
    #expect(try run("exit 75", patience: 600) == 75)
    #expect(try run("kill -KILL $$", patience: 600) == 137)
    #expect(throws: LaunchError.self) {
      var supervisor = Supervisor { _ in }
      _ = try supervisor.run(["/absent"], environment: [:], isHere: true)
    }
  }

  /// It has had a child, goes on without one, and ignores TERM.
  @Test func aParentWithoutChildrenIsEnded() throws {
    #expect(try run("trap '' TERM; sleep 3; exec sleep 1000", patience: 0.5) == nil)
  }

  @Test func aParentWithChildrenIsLeftAlone() throws {
    #expect(try run("sleep 6 & wait; exit 3", patience: 2) == 3)
  }

  /// Nothing is known of one that has not had a child, or whose ranks are on other hosts.
  @Test func othersAreLeftAlone() throws {
    #expect(try run("exec sleep 3", patience: 0) == 0)
    #expect(try run("sleep 2; exec sleep 3", isHere: false, patience: 0) == 0)
  }
}
