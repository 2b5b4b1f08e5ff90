import Foundation
import Testing

extension CommandLineTests {
  /// OpenBLAS has no part in training, and its lack is said where it is asked for.
  @Suite struct OpenBLASTests {
    /// Files of its names that are no libraries, found before any others.
    private func withoutLibrary(_ place: Workplace) throws -> [String: String] {
      for name in ["libopenblas.so.0", "libopenblas.so"] { try place.write("", "none/\(name)") }
      let others = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
      return ["LD_LIBRARY_PATH": place.file("none").path + others]
    }

    @Test func theProgramIsNotLinkedToIt() async throws {
      let place = try Workplace()
      let outcome = try await place.start(command: ["ldd", Program.path]).outcome()
      #expect(outcome.code == 0 && outcome.output.contains("libmpi"), "\(outcome.text)")
      let algebra = outcome.output.split(separator: "\n").filter { $0.contains("blas") || $0.contains("lapack") }
      #expect(algebra.isEmpty, "\(algebra)")
    }

    @Test(arguments: [nil, 2])
    func trainingDoesWithout(ranks: Int?) async throws {
      let place = try Workplace()
      let settings = ["kernels.algorithm=im2col"]
      try await place.train(settings, out: "reference")
      let reference = try await place.tensorHash(out: "reference")
      try await place.train(settings, out: "without", ranks: ranks, environment: withoutLibrary(place))
      #expect(try await place.tensorHash(out: "without") == reference)
      for core in ["Haswell", "Nehalem"] {
        try await place.train(settings, out: core, ranks: ranks, environment: ["OPENBLAS_CORETYPE": core])
        #expect(try await place.tensorHash(out: core) == reference, "\(core)")
      }
    }

    @Test func theBenchDoesWithout() async throws {
      let place = try Workplace()
      let arguments = ["bench", "--products", "--rounds", "1"]
      let outcome = try await place.run(arguments, environment: withoutLibrary(place))
      #expect(outcome.code == 0 && outcome.output.contains("OpenBLAS cannot be opened: "), "\(outcome.text)")
      #expect(outcome.output.contains("D1 forward") && !outcome.output.contains("ratio"), "\(outcome.text)")
    }

    @Test func theFrechetDistanceNeedsIt() async throws {
      let place = try Workplace.withImages()
      let arguments = ["evaluate", "drawn", "--data", "run.yaml", "--set", "data.validation=0.25"]
      for number in 0..<20 { try place.write(DrawnImages.png(number, width: 32), Workplace.imageName(number)) }
      let environment = try withoutLibrary(place)
      let plain = try await place.run(arguments + ["--pairs", "5"], environment: environment)
      #expect(plain.code == 0, "\(plain.text)")
      let outcome = try await place.run(arguments + ["--features", "absent.onnx"], environment: environment)
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
      for text in ["--features", "libopenblas.so.0", "libopenblas0"] {
        #expect(outcome.errors.contains(text), "\(text) in \(outcome.text)")
      }
      #expect(outcome.output.isEmpty, "before anything takes long: \(outcome.text)")
    }
  }
}
