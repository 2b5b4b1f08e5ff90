import Files
import Foundation
import Testing

extension CommandLineTests {
  /// Limits of a shell or a batch system: of the size of files, of addresses, of threads.
  @Suite struct LimitTests {
    /// Runs in a shell that sets limits first.
    private func run(
      _ place: Workplace, _ limits: String, _ program: String, _ arguments: [String]
    ) async throws -> Outcome {
      let words = ["sh", "-c", "\(limits); exec \"$@\"", "sh", program] + arguments
      return try await place.start(command: words).outcome()
    }

    /// The signal XFSZ would end the process without a message.
    @Test(arguments: [[Program.path], [Program.launcher, "-np", "2"]])
    func aFileBeyondTheLimit(command: [String]) async throws {
      let place = try Workplace()
      // A checkpoint of 43 MB; Open MPI's own files have 4.
      let settings = ["data.image.size=64", "model.generator.width=64", "output.onnx=never", "train.steps=1"]
      let outcome = try await run(
        place, "ulimit -f 40000", command[0],
        command.dropFirst() + ["run.yaml", "--out", "runs"] + settings.flatMap { ["--set", $0] })
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
      for text in ["000001.safetensors: cannot write: File too large", "ulimit -f"] {
        #expect(outcome.errors.contains(text), "\(text) in \(outcome.text)")
      }
      #expect(try place.steps(ofCheckpointsIn: "runs").isEmpty)
      try await place.train(settings)
    }

    /// Open MPI's own files are larger than that.
    @Test func aLimitThatOpenMPICannotKeep() async throws {
      let place = try Workplace()
      let outcome = try await run(place, "ulimit -f 100", Program.launcher, ["-np", "2", "run.yaml", "--out", "runs"])
      #expect(outcome.code == 74, "\(outcome.text)")
      #expect(outcome.errors.contains("disttrain-launch: error: a file may have 51200 bytes (ulimit -f)"))
    }

    /// The messages are a file of limited size themselves. The run ends as it does elsewhere.
    @Test func aLogBeyondTheLimit() async throws {
      let place = try Workplace()
      try place.write(String(repeating: "older\n", count: 400_000), "log.txt")
      let arguments = [Program.path, "run.yaml", "--out", "runs"]
      // No file of the run is as large.
      let script = "ulimit -f 4000; \"$@\" >>log.txt 2>&1"
      let outcome = try await place.start(command: ["sh", "-c", script, "sh"] + arguments).outcome()
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try place.loggedSteps() == [1, 2, 3, 4, 5])
    }

    /// Addresses for the program, but not for the networks or the images. Whichever is refused, a dry run and a run end
    /// with one message and code 70.
    @Test(arguments: [["data.synthetic.count=100000"], ["train.batch=4096", "data.synthetic.count=4096"]])
    func tooFewAddresses(settings: [String]) async throws {
      let place = try Workplace()
      let limit = "ulimit -v \((try await addresses(place) >> 10) + 50_000)"
      for flags in [["--dry-run"], ["--out", "runs"]] {
        if flags.count == 1, settings.count == 1 { continue }  // a dry run loads no images
        let outcome = try await run(
          place, limit, Program.path, ["run.yaml"] + flags + settings.flatMap { ["--set", $0] })
        #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.text)")
        #expect(outcome.errors.hasPrefix("error: no memory: asked for "), "\(outcome.text)")
        #expect(outcome.errors.contains("Cannot allocate memory. ") && outcome.errors.contains("ulimit -v allows "))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.text)")
      }
    }

    /// A training process has the threads that it starts, and none of a library: OpenBLAS's would need 128 MB of addresses
    /// each, and would hang at the exit without them.
    @Test(arguments: [1, 3]) func theThreadsAreOurs(threads: Int) async throws {
      let place = try Workplace()
      let settings = ["train.steps=1000000", "threads=\(threads)", "kernels.algorithm=im2col"]
      let run = try place.start(["run.yaml", "--out", "runs"] + settings.flatMap { ["--set", $0] })
      #expect(try await run.waits { ((try? place.loggedSteps().last) ?? 0) ?? 0 > 2 })
      let process = try #require(place.processes.first { $0.words.first == Program.path })
      let folder = "/proc/\(process.pid)"
      let count = try FileManager.default.contentsOfDirectory(atPath: folder + "/task").count
      let libraries = String(decoding: try #require(try contents(ofFile: folder + "/maps")), as: UTF8.self)
      run.send(SIGTERM)
      #expect(await run.outcome().code == 75)
      #expect(count == threads, "the caller's and its workers")
      #expect(libraries.contains("libmpi"))
      for name in ["blas", "lapack", "gomp", "libomp"] { #expect(!libraries.contains(name), "\(name)") }
    }

    /// Bytes that the program takes before it plans anything.
    private func addresses(_ place: Workplace) async throws -> Int {
      let run = try place.start(["run.yaml", "--out", "measured", "--set", "train.steps=1000000"])
      #expect(try await run.waits { ((try? place.loggedSteps(out: "measured").last) ?? 0) ?? 0 > 2 })
      let process = try #require(place.processes.first { $0.words.first == Program.path })
      let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
      run.send(SIGKILL)
      _ = await run.outcome()
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmSize:") })
      return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 10
    }
  }
}
