import Foundation
import ModelFiles
import Testing

extension FaultTests {
  /// Loaded before MPI: in the send buffer of one rank's n-th exchange of gradients it overwrites the first value.
  private static let shim = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <math.h>
    #include <stdlib.h>
    int MPI_Ialltoallv(void *send, const int *counts, const int *starts, void *type, void *receive, const int *rcounts,
                       const int *rstarts, void *rtype, void *communicator, void *request) {
      int (*next)(void *, const int *, const int *, void *, void *, const int *, const int *, void *, void *, void *);
      *(void **)&next = dlsym(RTLD_NEXT, "MPI_Ialltoallv");
      static int calls;
      const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *ranks = getenv("OMPI_COMM_WORLD_SIZE");
      if (rank && ranks && atoi(rank) == atoi(getenv("FAULT_RANK")) && ++calls == atoi(getenv("FAULT_CALL")))
        for (int r = 0; r < atoi(ranks); r++)
          if (counts[r] > 0) {
            ((float *)send)[starts[r]] = atof(getenv("FAULT_VALUE"));
            break;
          }
      return next(send, counts, starts, type, receive, rcounts, rstarts, rtype, communicator, request);
    }

    """

  /// A value that is no number, or infinite, in the gradient that one rank sends ends the run at that step: all ranks stop,
  /// the message names rank and tensor, and nothing poisoned is saved.
  @Test(.clang) func nonFinite() async throws {
    let place = try Workplace()
    try place.write(Self.shim, "shim.c")
    try #require(try Self.compileShim(in: place))
    try await place.train(["output.checkpoints.every=1"], out: "reference")
    let reference = try await place.tensorHash(out: "reference")
    // Every rank of each job; exchanges of a step: D's two groups and G's one, as often as a rank has whole nodes at most.
    let jobs: [(ranks: Int, exchanges: Int)] = [(2, 3), (3, 6), (8, 3)]
    let cases = jobs.flatMap { job in (0..<job.ranks).map { (job, $0) } }
    // In a short test of eight ranks the first, a middle and the last one.
    let numbers = Part.isSoak ? Array(1...4 * cases.count) : [1, 2, 3, 4, 5, 6, 9, cases.count]
    await Part.nonFinite.trials(numbers) { trial in
      let (job, victim) = cases[(trial.number - 1) % cases.count]
      let isGenerator = trial.choice([true, false])
      let value = trial.choice(["nan", "inf", "-inf"])
      let call = 2 * job.exchanges + (isGenerator ? 2 * job.exchanges / 3 : 0) + 1  // in step 3
      let out = trial.name
      let outcome = try await place.train(
        ["output.checkpoints={every: 1, keep: 9}", "output.samples.every=1"], out: out, ranks: job.ranks,
        environment: [
          "LD_PRELOAD": place.path + "/shim.so", "FAULT_RANK": "\(victim)", "FAULT_CALL": "\(call)",
          "FAULT_VALUE": value,
        ], expecting: 70)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      let network = isGenerator ? "generator" : "discriminator"
      let culprit = "rank \(victim) (\(ProcessInfo.processInfo.hostName)): the gradient of \(network)."
      #expect(
        outcome.errors.contains("step 3: the training state is no longer finite")
          && outcome.errors.contains(culprit) && outcome.errors.contains("has the value \(value) in shard"),
        "rank \(victim): \(outcome.text)")
      #expect(try place.steps(ofCheckpointsIn: out).last == "000002.safetensors")
      #expect(try place.loggedSteps(out: out) == [1, 2])
      #expect(!place.exists("\(out)/run/samples/000003.png"))
      guard trial.number % cases.count == 0 else { return }
      try await place.train(out: out, ranks: job.ranks)
      #expect(try await place.tensorHash(out: out) == reference, "the next start repairs it")
    }
  }

  /// Where weights grow beyond all bounds.
  @Test(arguments: [nil, 2])
  func divergence(ranks: Int?) async throws {
    let place = try Workplace()
    let outcome = try await place.train(
      [
        "train.optimizer.discriminator={kind: adamW, learningRate: 1, weightDecay: 1e6}", "train.steps=50",
        "output.checkpoints={every: 1, keep: 99}",
      ], ranks: ranks, expecting: 70)
    #expect(outcome.messages.count == 1 && outcome.errors.contains("finite"), "\(outcome.text)")
    for file in try place.steps(ofCheckpointsIn: "runs") {
      let open = try SafetensorsFile(path: place.file("runs/run/checkpoints/\(file)").path, verification: .required)
      for entry in open.entries {
        #expect(try open.floats(entry.name).allSatisfy(\.isFinite), "\(file) \(entry.name)")
      }
    }
  }

  /// A checkpoint that is whole but poisoned is passed over as a damaged one is.
  @Test func poisonedCheckpoint() async throws {
    let place = try Workplace()
    let settings = ["output.checkpoints={every: 1, keep: 9}"]
    try await place.train(settings, out: "reference")
    try await place.train(settings + ["train.steps=4"])
    let path = place.file(place.checkpoint(step: 4)).path
    let file = try SafetensorsFile(path: path, verification: .required)
    let tensors = try file.entries.map { entry in
      var values = try file.floats(entry.name)
      if entry.name == "discriminator.2.weight" { values[7] = .nan }
      return NamedTensor(name: entry.name, shape: entry.shape, values: values)
    }
    let metadata = file.metadata.filter { !["file", "tensors"].contains($0.key) }
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path)

    let generated = try await place.run(["generate", path, "--count", "1", "--out", "images"])
    #expect(generated.code == 65 && generated.messages.count == 1, "\(generated.text)")
    let outcome = try await place.train(settings, ranks: 2)
    #expect(
      outcome.errors.contains("passed over: ") && outcome.errors.contains("nan in tensor discriminator.2.weight")
        && outcome.output.contains("continuing after step 3"), "\(outcome.text)")
    #expect(try await place.tensorHash() == place.tensorHash(out: "reference"))
  }

  private static func compileShim(in place: Workplace) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["clang", "-shared", "-fPIC", "-O1", "-o", "shim.so", "shim.c"]
    process.currentDirectoryURL = URL(fileURLWithPath: place.path)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
