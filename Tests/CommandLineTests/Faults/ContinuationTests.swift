import Foundation
import Testing

extension FaultTests {
  /// A checkpoint of eight ranks goes on under any number of them.
  @Test func otherRanks() async throws {
    let run = try await FaultRun()
    try await run.place.train(["train.steps=30"], out: "begun", ranks: 8)
    await Part.otherRanks.trials(Array(1...5)) { trial in
      try run.place.copy("begun", to: trial.name)
      try await run.expectReferenceEnd(trial.name, ranks: trial.number)
    }
  }

  /// A run that was stopped or killed within an epoch leaves behind what a run without a stop does, byte for byte.
  ///
  /// The signal comes as the first rank writes a step's line of metrics.jsonl: at that step on a machine of any speed.
  @Test(.tracing) func midEpoch() async throws {
    let settings = ["output.samples.every=2", "output.checkpoints={every: 7, keep: 3}"]
    let run = try await FaultRun()
    try await run.place.train(settings, out: "whole")
    let whole = try Self.left(by: run, in: "whole")
    #expect(whole.files.contains("samples.gif") && whole.files.contains("samples/000016.png"), "\(whole.files)")

    await Part.midEpoch.trials(short: 4, long: 60) { trial in
      let ranks = trial.choice([nil, 2, 3, 8])
      let later = trial.choice([ranks, nil, 5])
      let signal = trial.choice([SIGUSR1, SIGKILL])
      // 40 images in batches of 16 make three steps an epoch. The checkpoint of step 7 is on the disk before that of
      // step 14 is written.
      let step = trial.number(15...run.steps / 2)
      let out = trial.name

      let program = [Program.path, "run.yaml", "--out", out] + settings.flatMap { ["--set", $0] }
      let name = signal == SIGKILL ? "KILL" : "USR1"
      let strace =
        ["strace", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:signal=\(name):when=\(step)"]
        + TracedRun.only(run.place.file("\(out)/run/metrics.jsonl").path)
      let command =
        switch ranks {
        case nil: strace + program
        case let ranks?:
          ["mpirun", "--oversubscribe", "-np", "1"] + strace + program + [":", "-np", "\(ranks - 1)"] + program
        }
      let outcome = try await run.place.start(command: command).outcome()
      #expect(outcome.code == (signal == SIGKILL ? 128 + SIGKILL : 75), "\(outcome.text)")
      try await run.expectNoRankLeft(within: 2, &trial)

      let continued = try await run.place.train(settings, out: out, ranks: later)
      #expect(continued.output.contains("continuing after step "), "\(continued.text)")
      #expect(try await run.place.tensorHash(out: out, step: run.steps) == run.reference)
      let left = try Self.left(by: run, in: out)
      #expect(left.files == whole.files && left.lines == whole.lines, "after \(signal) at step \(step)")
      for name in whole.files {
        let same = try run.place.bytes("\(out)/run/\(name)") == run.place.bytes("whole/run/\(name)")
        #expect(same, "\(name) after \(signal) at step \(step)")
      }
      try FileManager.default.removeItem(at: run.place.file(out))
    }
  }

  /// Images and models of a run, and the lines of its metrics without times.
  private static func left(by run: FaultRun, in out: String) throws -> (files: [String], lines: [[String: Double]]) {
    let files = try run.place.files(in: out + "/run").filter { name in
      [".png", ".gif", ".onnx"].contains { name.hasSuffix($0) }
    }.map { String($0) }
    let lines = try run.place.metrics(out: out).map { line in
      line.filter { !$0.key.lowercased().contains("second") }.compactMapValues { $0 as? Double }
    }
    #expect(lines.count == run.steps && lines.allSatisfy { $0.count >= 8 })
    return (files, lines)
  }
}
