import Foundation
import ModelFiles
import Testing

/// A run that goes on after step 1, writes the checkpoint of step 2 and all else, and every call that it does so by.
private struct WritingRun {
  let run: FaultRun
  let traced: TracedRun
  /// Calls on files of the run folder.
  let points: [TracedCall]

  init() async throws {
    run = try await FaultRun(SmallRun.configuration, steps: SmallRun.steps)
    traced = TracedRun(place: run.place)
    try await run.place.train(["train.steps=1"], out: "begun")
    try run.place.copy("begun", to: "trial00000")
    let (outcome, calls) = try await traced.run("trial00000")
    #expect(outcome.code == 0, "\(outcome.text)")
    // Beside the main thread a folder is closed only once all is done, and by then both threads close it.
    points = calls.filter { $0.file != nil && !($0.isBeside && $0.kind == "close folder") }
    let kinds = Set(points.map(\.kind))
    for kind in ["openat", "pwrite64", "fsync", "close", "renameat"] {
      #expect(kinds.contains("\(kind) .safetensors"), "\(kinds.sorted())")
    }
    #expect(points.contains { $0.isBeside && $0.kind == "fsync folder" }, "a rename is on the disk with its folder")
  }

  /// Numbers of points, from 1: all of them in a soak run, otherwise those that `choose` takes of each group.
  func numbers(
    where isWanted: (TracedCall) -> Bool, by group: (TracedCall) -> String, choose: ([Int]) -> [Int]
  ) -> [Int] {
    let all = points.indices.filter { isWanted(points[$0]) }.map { $0 + 1 }
    if Part.isSoak { return all }
    return Set(Dictionary(grouping: all) { group(points[$0 - 1]) }.values.flatMap(choose)).sorted()
  }

  /// Goes on from step 1 with `effect` on a point's call, expecting that it strikes there.
  func strike(_ number: Int, _ effect: String, _ out: String) async throws -> Outcome {
    let point = points[number - 1]
    try run.place.copy("begun", to: out)
    let (outcome, calls) = try await traced.run(out, effect, at: point)
    let met = calls.first {
      $0.name == point.name && $0.occurrence == point.occurrence && $0.isBeside == point.isBeside
    }
    #expect(met?.kind == point.kind, "\(effect) was for \(point), and struck \(String(describing: met))")
    return outcome
  }
}

extension FaultTests {
  /// Killed at any call that writes to the run folder: whole checkpoints only, one at least, and the restart makes the rest.
  @Test(.tracing) func killedWrite() async throws {
    let writing = try await WritingRun()
    // A checkpoint written in place would be torn by a kill at its first or a later write.
    let ofCheckpoints = { (call: TracedCall) in call.kind.hasSuffix(".safetensors") }
    let numbers =
      writing.numbers(where: ofCheckpoints, by: \.name) { [$0[0], $0[$0.count / 2], $0.last!] }
      + writing.numbers(where: { !ofCheckpoints($0) }, by: \.name) { [$0[$0.count / 2]] }
    await Part.killedWrite.trials(numbers) { trial in
      let (point, out) = (writing.points[trial.number - 1], trial.name)
      let outcome = try await writing.strike(trial.number, "signal=KILL", out)
      #expect(outcome.code == 128 + SIGKILL, "\(point): \(outcome.text)")
      let steps = try writing.run.expectNothingTorn(out)
      #expect(steps == [1] || steps == [1, 2], "\(point)")
      let file = writing.run.place.checkpoint(out: out, step: steps.last ?? 1)
      let report = try await writing.run.place.run(["checkpoint", file])
      #expect(report.code == 0, "\(point): \(report.text)")
      try await writing.run.expectReferenceEnd(out, ranks: nil)
    }
  }

  /// A disk that is full or fails at any such call: exit 74 with the file's name and advice, and nothing is lost. Trial
  /// 2n is point n on a full disk, 2n + 1 on one that fails.
  @Test(.tracing) func failedWrite() async throws {
    let writing = try await WritingRun()
    let numbers = writing.numbers(where: Self.mustSucceed, by: \.kind) { [$0[$0.count / 2]] }
    await Part.failedWrite.trials(numbers.flatMap { Part.isSoak ? [2 * $0, 2 * $0 + 1] : [2 * $0 + $0 % 2] }) { trial in
      let (point, out) = (writing.points[trial.number / 2 - 1], trial.name)
      let isFull = trial.number % 2 == 0
      let (error, reason) = isFull ? ("ENOSPC", "No space left on device") : ("EIO", "Input/output error")
      let place = writing.run.place
      let before = try place.bytes(place.checkpoint(out: "begun", step: 1))
      let outcome = try await writing.strike(trial.number / 2, "error=\(error)", out)

      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(point), \(error): \(outcome.text)")
      let message = String(outcome.messages.first ?? "")
      let name = Self.shownName(point.file!)
      #expect(message.contains(name) && message.contains(reason), "\(point), \(error): \(message)")
      #expect(message.contains("another disk"), "it says what to do: \(message)")
      let left = try place.files(in: out).filter { $0.hasSuffix(".partial") }
      #expect(left.isEmpty, "\(point), \(error): left over \(left)")
      #expect(try place.bytes(place.checkpoint(out: out, step: 1)) == before, "\(point), \(error)")
      try writing.run.expectNothingTorn(out)
      try await writing.run.expectReferenceEnd(out, ranks: nil)
    }
  }

  /// Calls whose failure may go unnoticed are those that change nothing: a file that is closed after reading or fsync, a
  /// temporary that is not there, a folder above the run's.
  private static func mustSucceed(_ call: TracedCall) -> Bool {
    switch call.name {
    case "write", "pwrite64", "fsync", "rename", "renameat": true
    case "openat": call.file!.hasSuffix(".partial") || call.kind.hasSuffix("tfevents")
    default: false
    }
  }

  /// As a message names a file of the run folder: without what its temporary has added, or the time of its creation.
  private static func shownName(_ file: String) -> String {
    let folders = file.split(separator: "/").dropLast().joined(separator: "/")
    let name = file.split(separator: "/").last.map(String.init) ?? ""
    let plain = name.hasPrefix(".") ? String(name.dropFirst().dropLast(".partial".count)) : name
    let stable = plain.contains("tfevents") ? "events.out.tfevents." : plain
    return "/run" + (folders.isEmpty ? "" : "/" + folders) + (stable.isEmpty ? "" : "/" + stable)
  }
}
