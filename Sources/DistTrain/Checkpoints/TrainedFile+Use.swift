import Files
import ModelFiles

extension TrainedFile {
  /// The purpose of opening a file: what is expected of it, and what to do with another one.
  package enum Use: Sendable {
    /// Images are made.
    case generation
    /// Images are made, or read from a folder or an array.
    case evaluation
    /// Training continues.
    case training
    /// Its content is printed.
    case inspection

    var expected: String {
      switch self {
      case .generation: "a checkpoint, or a generator in ONNX or exported by disttrain"
      case .evaluation: "a folder of images, an array in a .npy, a checkpoint, or a generator"
      case .training: "a checkpoint of disttrain"
      case .inspection: "a checkpoint, or a generator exported by disttrain"
      }
    }

    /// The same error, with what is expected here and the file that may be meant.
    package func explained(_ error: FileError) -> FileError {
      switch error {
      case .unsuitable(let path, let found, _):
        return .foreign(path: path, found: found, expected: expected, advice: advice(for: path))
      case .foreign(let path, let found, _, let advice):
        return .foreign(path: path, found: found, expected: expected, advice: self.advice(for: path, advice))
      case .notAFile(let path, "a folder"):
        guard let model = NearbyModels.newest(in: path) else { return error }
        return .foreign(path: path, found: "a folder", expected: expected, advice: "the newest one in it is \(model)")
      case .missing(let path, _):
        guard let near = NearbyModels.beside(path) else { return error }
        return .foreign(path: path, found: "no such file", expected: expected, advice: "beside it there is \(near)")
      default: return error
      }
    }

    /// The error that `file` is safetensors, but none that disttrain can build networks from.
    func refusal(of file: SafetensorsFile, format: String?) -> FileError {
      func foreign(_ found: String, _ advice: String) -> FileError {
        .foreign(path: file.path, found: found, expected: expected, advice: advice)
      }
      let metadata = file.metadata
      if let format, format.hasPrefix("disttrain") {
        return foreign("the format \(format)", "use the disttrain that wrote it, or a newer one")
      }
      if file.isVerified, metadata["range"] != nil, metadata["latent"] != nil {
        return foreign(
          "a generator exported by an older disttrain, without its layers",
          "export it again from its checkpoint: disttrain export CHECKPOINT --format safetensors")
      }
      let names = file.entries.map(\.name)
      guard !file.isVerified, !names.contains(where: { $0.hasPrefix("optimizer.") }) else {
        let found = format.map { "the format \($0)" } ?? "no \"format\" in the metadata"
        return .unsuitable(path: file.path, found: found, expected: expected)
      }
      let shown = names.sorted().prefix(2).joined(separator: ", ") + (names.count > 2 ? " …" : "")
      return foreign(
        "tensors without a description of their layers, as PyTorch saves a state (\(shown))",
        advice(for: file.path, FileFormat.exportAdvice))
    }

    /// - Parameter advice: on the file's content.
    private func advice(for path: String, _ advice: String? = nil) -> String {
      let content = try? FileContent(path: path)
      switch (self, content) {
      case (.evaluation, .format(let format)?) where format.isImage: return "give the folder that it is in"
      case (.training, .format(let format)?)
      where [.onnx, .safetensors, .pytorch, .oldPyTorch, .pickle].contains(format):
        return "training continues from disttrain's own checkpoints alone; --resume none begins a new run"
          + (advice.map { ". To make images: \($0)" } ?? "")
      case (.inspection, .format(.onnx)?): return "give it to disttrain generate"
      default: return advice ?? "check that this is the file you meant"
      }
    }
  }
}

/// Files of models beside a path or below it, for messages.
enum NearbyModels {
  /// The newest checkpoint of a run folder or its folder of checkpoints, or else a generator; nil for none.
  static func newest(in folder: String) -> String? {
    let base = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    for place in [base, "\(base)/checkpoints"] {
      let names = models(in: place).filter { $0.hasSuffix(".safetensors") }
      // Their names are numbers of the same length.
      if let name = names.last(where: { $0.utf8.first.map { 48...57 ~= $0 } == true }) ?? names.last {
        return "\(place)/\(name)"
      }
    }
    return models(in: base).last.map { "\(base)/\($0)" }
  }

  /// The models in the folder of a missing file, the first three; nil for none.
  static func beside(_ path: String) -> String? {
    let folder = Folder.parent(of: path)
    let names = models(in: folder)
    guard !names.isEmpty else { return nil }
    return names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " …" : "")
  }

  /// In byte order.
  private static func models(in folder: String) -> [String] {
    let names = (try? Folder.names(in: folder)) ?? []
    return names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".onnx") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
