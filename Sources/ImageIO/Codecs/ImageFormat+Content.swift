import Files

extension ImageFormat {
  /// The format of a file that begins with `bytes`; nil if it is none of these.
  package init?(of bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(FileContent.prefixLength))
    switch FileFormat.recognized(in: start) {
    case .png: self = .png
    case .jpeg: self = .jpeg
    case .webp: self = .webp
    // Canon's CR2 is a TIFF file, whose first image is a preview.
    case .tiff: if start.dropFirst(8).starts(with: "CR".utf8) { return nil } else { self = .tiff }
    case .bmp: self = .bmp
    case .gif: self = .gif
    case .heic: self = .heic
    case .avif: self = .avif
    default: return nil
    }
  }
}
