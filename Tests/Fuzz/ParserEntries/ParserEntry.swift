import Reporting

/// The parsers of files that may come from anywhere, each fed with bytes alone.
package enum ParserEntry: String, CaseIterable, Sendable {
  case png, jpeg, webp, tiff, bmp, gif, heif
  case idx, mat, celeba
  case safetensors, onnx, npy
  case yaml, hostfile, marker

  /// Why the parser refuses `bytes`; nil where it takes them. All that it takes is also read.
  ///
  /// Ends the process where a message could not be shown to a user.
  package func refusal(of bytes: [UInt8]) -> String? {
    let message: String?
    do {
      switch self {
      case .png, .jpeg, .webp, .tiff, .bmp, .gif, .heif: try readImage(bytes)
      case .idx: try readIDX(bytes)
      case .mat: try readMAT(bytes)
      case .celeba: try readCelebA(bytes)
      case .safetensors: try readSafetensors(bytes)
      case .onnx: try readONNX(bytes)
      case .npy: try readNPY(bytes)
      case .yaml: try readConfiguration(bytes)
      case .hostfile: try readHostfile(bytes)
      case .marker: readFolderMarker(bytes)
      }
      message = nil
    } catch {
      message = UserFacingError(error).message
    }
    if let message { checkText(message) }
    return message
  }

  /// A message that shows bytes of a file must not move a terminal's cursor, or say nothing.
  private func checkText(_ message: String) {
    precondition(!message.isEmpty, "a message says something")
    let control = message.unicodeScalars.first { scalar in
      scalar != "\n" && (scalar.value < 32 || 127..<160 ~= scalar.value)
    }
    precondition(control == nil, "control character \(control!.value) in \(message.debugDescription)")
  }
}
