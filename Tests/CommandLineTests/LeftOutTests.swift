import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// Images below data.path that are not the user's.
  @Suite struct LeftOutTests {
    /// Runs, generated images and thumbnails beside the photographs.
    private static func workplace() throws -> Workplace {
      let place = try Workplace(
        Workplace.configuration.replacingOccurrences(
          of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, path: images"))
      for number in 0..<20 { try place.write(DrawnImages.png(number), "images/\(100 + number).png") }
      try place.write(DrawnImages.png(50), "images/@eaDir/100.png/SYNOPHOTO_THUMB_M.png")
      return place
    }

    /// The next run trains on the same images, and the first one can be continued.
    @Test(arguments: [nil, 3]) func aRunsOwnImagesAreNotTrainedOn(ranks: Int?) async throws {
      let place = try Self.workplace()
      let first = try await place.train(out: "images/runs", ranks: ranks)
      #expect(first.output.contains("20 images, "), "\(first.text)")
      let thumbnails = "left out 1 folder of thumbnails, trash or snapshots: @eaDir;"
      #expect(first.errors.components(separatedBy: thumbnails).count == 2, "once: \(first.text)")
      #expect(place.exists("images/runs/run/.disttrain"))

      let model = place.checkpoint(out: "images/runs", step: 5)
      for arguments in [
        ["generate", model, "--count", "3", "--grid", "2x1", "--out", "images/made"],
        ["generate", model, "--count", "3", "--out", "images"],
        ["interpolate", model, "--mode", "line", "--steps", "3", "--out", "images/line.png"],
      ] {
        let outcome = try await place.run(arguments)
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.text)")
      }
      let second = try await place.train(out: "others", ranks: ranks)
      #expect(second.output.contains("20 images, "), "\(second.text)")
      #expect(second.errors.contains("left out 2 folders that disttrain wrote: made, runs/run;"), "\(second.text)")
      #expect(second.errors.contains("left out 4 files that disttrain wrote in the folder itself;"), "\(second.text)")
      #expect(try await place.tensorHash(out: "others") == place.tensorHash(out: "images/runs"))
      let continued = try await place.train(["train.steps=6"], out: "images/runs", ranks: ranks)
      #expect(continued.output.contains("continuing after step 5"), "\(continued.text)")

      let inspected = try await place.run(["data", "inspect", "images"])
      #expect(inspected.code == 0 && inspected.output.contains("images: 20 images, "), "\(inspected.text)")
      for note in ["2 folders that disttrain wrote", "4 files that disttrain wrote", "1 folder of thumbnails"] {
        #expect(inspected.output.contains("note: images: left out \(note)"), "\(inspected.text)")
      }
      let all = try await place.run(["data", "inspect", "run.yaml", "--set", "data.folders=all"])
      #expect(!all.output.contains("left out") && !all.output.contains(": 20 images"), "\(all.text)")
    }

    /// The run's folder is the folder of the images itself.
    @Test func aRunAmongItsImages() async throws {
      let place = try Self.workplace()
      for steps in [5, 6] {
        let outcome = try await place.train(["name=images", "train.steps=\(steps)"], out: ".")
        #expect(outcome.output.contains("20 images, "), "\(outcome.text)")
      }
      #expect(try place.names("images/samples").contains("real.png"))
    }

    /// A checkpoint from before there was the setting: its images are the same as then, and it is said.
    @Test func anOlderRunKeepsItsMeaning() async throws {
      let place = try Self.workplace()
      let all = try await place.train(["data.folders=all"])
      #expect(all.output.contains("21 images, ") && !all.errors.contains("left out"), "\(all.text)")
      try Self.forget("  folders: all\n", in: place.file(place.checkpoint(step: 5)).path)
      let continued = try await place.train(["train.steps=6"])
      #expect(continued.output.contains("21 images, "), "\(continued.text)")
      let note = "data.folders stays all, as in the checkpoint; images needs --allow-change data.folders"
      #expect(continued.errors.contains(note), "\(continued.text)")
      #expect(try place.text("runs/run/config.yaml").contains("  folders: all\n"))
      let changed = try await place.train(
        ["train.steps=7"], flags: ["--allow-change", "data.folders", "--allow-change", "data"])
      #expect(changed.output.contains("20 images, "), "\(changed.text)")
    }

    /// Takes a line out of the configuration that a checkpoint has recorded.
    private static func forget(_ line: String, in path: String) throws {
      let file = try SafetensorsFile(path: path, verification: .required)
      let tensors = try file.entries.map {
        NamedTensor(name: $0.name, shape: $0.shape, values: try file.floats($0.name))
      }
      var metadata = file.metadata.filter { !["file", "tensors"].contains($0.key) }
      let configuration = try #require(metadata["configuration"])
      #expect(configuration.contains(line))
      metadata["configuration"] = configuration.replacingOccurrences(of: line, with: "")
      try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    @Test func aFolderOfRunsAloneHasNoImages() async throws {
      let place = try Self.workplace()
      try await place.train(out: "runs")
      let outcome = try await place.train(["data.path=runs"], out: "others", expecting: 65)
      #expect(outcome.messages.count == 1 && outcome.errors.contains("besides what was left out:"), "\(outcome.text)")
      #expect(outcome.errors.contains("left out 1 folder that disttrain wrote: run;"), "\(outcome.text)")
      #expect(!place.exists("others"))
    }
  }
}
