import Foundation
import Testing

extension FaultTests {
  /// File systems that cannot flush a folder, or nothing at all, as some over a network or in user space, and disks that
  /// are out of inodes.
  @Suite struct FlushTests {
    private func run(_ place: Workplace, _ options: [String]) async throws -> Outcome {
      let command = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync"] + options
      return try await place.start(command: command + [Program.path, "run.yaml", "--out", "runs"]).outcome()
    }

    @Test(.tracing, arguments: ["EOPNOTSUPP", "EINVAL", "ENOSYS"])
    func aFileSystemThatFlushesNothing(error: String) async throws {
      let place = try Workplace()
      let outcome = try await run(place, ["-e", "inject=fsync:error=\(error)"])
      #expect(outcome.code == 0, "\(outcome.text)")
      try await place.train(out: "reference")
      #expect(try await place.tensorHash() == place.tensorHash(out: "reference"))
    }

    @Test(.tracing, arguments: [("EBADF", 0), ("EOPNOTSUPP", 0), ("EIO", 74), ("ENOSPC", 74)] as [(String, Int32)])
    func aFolderThatCannotBeFlushed(error: String, code: Int32) async throws {
      let place = try Workplace()
      try await place.train(["train.steps=1"])
      let folder = place.path + "/runs/run/checkpoints"
      let outcome = try await run(place, ["-P", folder, "-e", "inject=fsync:error=\(error)"])
      #expect(outcome.code == code, "\(outcome.text)")
      #expect(outcome.messages.count == (code == 0 ? 0 : 1), "\(outcome.text)")
    }

    /// The bytes themselves are another matter: a file that is not on the disk is lost.
    @Test(.tracing, arguments: ["EIO", "ENOSPC", "EBADF"]) func aFileThatCannotBeFlushed(error: String) async throws {
      let place = try Workplace()
      let outcome = try await run(place, ["-e", "inject=fsync:error=\(error)"])
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
    }

    private static let script = """
      mkdir small && mount -t tmpfs -o size=64m,nr_inodes="$1" none small || exit 99
      shift
      exec "$@"
      """

    /// The system says "no space" here, too, which is not what the user finds.
    @Test(.mounting, arguments: [2, 4, 6, 9]) func noInodesAreLeft(inodes: Int) async throws {
      let place = try Workplace()
      let command = [
        "unshare", "-m", "sh", "-c", Self.script, "sh", "\(inodes)", Program.path, "run.yaml", "--out", "small",
      ]
      let outcome = try await place.start(command: command).outcome()
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(
        outcome.errors.contains("No space left on device") && outcome.errors.contains("inodes"), "\(outcome.text)")
    }
  }
}
