import Foundation
import Testing

/// A checkpoint's way to the disk, which training does not wait for.
extension FaultTests {
  /// strace's options for the fsync of a step's checkpoint.
  private static func fsync(of step: Int = 4, in place: Workplace, _ effect: String) -> [String] {
    ["-f", "-e", "trace=fsync,openat,pwrite64", "-e", "inject=fsync:\(effect)"]
      + TracedRun.only(place.file("runs/run/checkpoints/.\(String(format: "%06d", step)).safetensors.partial").path)
  }

  private static let slow = "delay_enter=4000000:when=1"

  /// Before a slow disk has a checkpoint, the next steps are made: 5 to 8, for the checkpoint of step 8 waits for that of
  /// step 4. A log with a line for each checkpoint has it in its place.
  @Test(.tracing) func stepsBesideACheckpoint() async throws {
    // Both at once: most of the time they wait for the disk.
    async let standard: Void = Self.expectLines(beside: "standard", 8)
    async let architecture: Void = Self.expectLines(beside: "architecture", 4)
    _ = try await (standard, architecture)
  }

  /// Expects this number of lines in metrics.jsonl by the time at which the disk has the checkpoint of step 4.
  private static func expectLines(beside format: String, _ count: Int) async throws {
    let run = try await FaultRun()
    let strace =
      ["strace", "-y", "-o", run.place.file("trace").path] + fsync(in: run.place, slow)
      + TracedRun.only(run.place.file("runs/run/metrics.jsonl").path)
    let program = [Program.path, "run.yaml", "--out", "runs", "--set", "output.log.format=\(format)"]
    let outcome = try await run.place.start(command: strace + program).outcome()
    #expect(outcome.code == 0, "\(outcome.text)")
    let calls = try run.place.text("trace").split(separator: "\n")
    let begin = try #require(calls.firstIndex { $0.contains(" fsync(") && $0.contains("000004") })
    let end = try #require(calls[begin...].firstIndex { $0.contains("fsync resumed") || $0.contains("(DELAYED)") })
    // On a busy machine the disk may get its order after these steps.
    let lines = calls[..<end].filter { $0.contains("metrics.jsonl") && $0.contains(" pwrite64(") }
    #expect(lines.count == count, "\(format): \(calls[...end].joined(separator: "\n"))")
    #expect(try await run.place.tensorHash(out: "runs", step: run.steps) == run.reference)
    #expect(try run.expectNothingTorn("runs") == [32, 36, 40])
  }

  /// A disk that fails meanwhile: all ranks end alike without waiting for the next checkpoint, and the one before stands.
  ///
  /// One rank stands still until the checkpoint has failed, and the others wait for it: 200 steps may be made in less time
  /// than a disk on a busy machine needs to fail. It does so after step 201, since a checkpoint is gathered from all ranks
  /// once its own step is logged.
  @Test(.tracing) func failedCommit() async throws {
    let place = try Workplace(FaultRun.configuration)
    let settings = ["train.steps=404", "output.checkpoints.every=200"]
    try await place.train(["train.steps=2"])
    let program = [Program.path, "run.yaml", "--out", "runs"] + settings.flatMap { ["--set", $0] }
    let strace = ["strace", "-o", place.file("trace").path] + Self.fsync(of: 200, in: place, "error=EIO")
    let command = ["mpirun", "--oversubscribe", "-np", "1"] + strace + program + [":", "-np", "2"] + program
    let job = try place.start(command: command)
    #expect(try await job.waits { (try? place.loggedSteps(out: "runs").last ?? 0) ?? 0 > 200 })
    let other = try #require(RankProcess.all(in: place).first { $0.rank == 2 })
    kill(other.pid, SIGSTOP)
    #expect(
      try await job.waits {
        let hasFailed = (try? place.text("trace").contains("(INJECTED)")) ?? false
        return hasFailed && !place.exists("runs/run/checkpoints/.000200.safetensors.partial")
      })
    kill(other.pid, SIGCONT)
    let outcome = await job.outcome()
    #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
    let message = String(outcome.messages.first ?? "")
    #expect(message.contains("000200.safetensors: cannot write: Input/output error"), "\(message)")
    #expect(try place.steps(ofCheckpointsIn: "runs") == ["000002.safetensors"])
    #expect(try place.files(in: "runs").filter { $0.hasSuffix(".partial") }.isEmpty)
    let last = try #require(try place.loggedSteps(out: "runs").last)
    #expect(last >= 200 && last < 400, "it is noticed after some step before the next checkpoint's")
    try await place.train(settings, ranks: 2)
    #expect(try place.loggedSteps(out: "runs") == Array(1...404))
  }

  /// A run that ends by an error, here at the samples of step 6, waits for the checkpoint on its way: it is good.
  @Test(.tracing) func errorBesideACheckpoint() async throws {
    let run = try await FaultRun()
    // The first file that the main thread opens of these two is the checkpoint's.
    let sample = TracedRun.only(run.place.file("runs/run/samples/.000006.png.partial").path)
    let error = ["-e", "inject=openat:error=EIO:when=2"] + sample
    let strace = ["strace", "-o", "/dev/null"] + Self.fsync(in: run.place, Self.slow) + error
    let program = [Program.path, "run.yaml", "--out", "runs", "--set", "output.samples.every=6"]
    let outcome = try await run.place.start(command: strace + program).outcome()
    #expect(outcome.code == 74 && outcome.errors.contains("000006.png: cannot create"), "\(outcome.text)")
    #expect(try run.expectNothingTorn("runs") == [4])
  }
}
