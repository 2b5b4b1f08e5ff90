import Foundation
import Testing

extension CommandLineTests.FaultTests {
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
  @Test func midEpoch() async throws {
    let settings = ["output.samples.every=2", "output.checkpoints={every: 7, keep: 3}"]
    let run = try await FaultRun()
    var struck = 0
    try await run.place.train(settings, out: "whole")
    let whole = try Self.left(by: run, in: "whole")
    #expect(whole.files.contains("samples.gif") && whole.files.contains("samples/000016.png"), "\(whole.files)")

    await Part.midEpoch.trials(short: 4, long: 60) { trial in
      let ranks = trial.choice([nil, 2, 3, 8])
      let later = trial.choice([ranks, nil, 5])
      let signal = trial.choice([SIGUSR1, SIGKILL])
      // 40 pictures in batches of 16 make three steps an epoch.
      let step = trial.number(8...run.steps / 2)
      let out = trial.name

      let arguments = ["run.yaml", "--out", out] + settings.flatMap { ["--set", $0] }
      let job = try run.place.start(arguments, ranks: ranks)
      let moment = Moment.step(step, delay: .zero)
      #expect(try await run.waits(for: moment, of: job, out, ranks: ranks ?? 1))
      job.send(signal)
      let outcome = await job.outcome()
      // On a busy machine all steps may be over before the signal comes.
      #expect([75, 128 + SIGKILL, 0].contains(outcome.code), "\(outcome.text)")
      try await run.expectNoRankLeft(within: 2, &trial)

      let continued = try await run.place.train(settings, out: out, ranks: later)
      let isContinued = continued.output.contains("continuing after step")
      #expect(isContinued || continued.output.contains("is finished"), "\(continued.text)")
      if isContinued { struck += 1 }
      #expect(try await run.place.tensorHash(out: out, step: run.steps) == run.reference)
      let left = try Self.left(by: run, in: out)
      #expect(left.files == whole.files && left.lines == whole.lines, "after \(signal) at step \(step)")
      for name in whole.files {
        let same = try run.place.bytes("\(out)/run/\(name)") == run.place.bytes("whole/run/\(name)")
        #expect(same, "\(name) after \(signal) at step \(step)")
      }
      try FileManager.default.removeItem(at: run.place.file(out))
    }
    print("midEpoch: \(struck) of the runs now made had steps left to make")
    // A soak run may have made all of them before.
    if !Part.isSoak { #expect(struck > 0) }
  }

  /// Pictures and models of a run, and the lines of its metrics without times.
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
