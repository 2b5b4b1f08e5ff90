/// A format that files are recognized by, whatever their names are. The raw values name it in messages.
package enum FileFormat: String, Hashable, Sendable, CaseIterable {
  // What stands in for a file that was not fetched.
  case html = "an HTML page"
  case markup = "HTML, SVG or XML text"
  case lfsPointer = "a Git LFS pointer, not the file itself"
  case annexPointer = "a git-annex pointer, not the file itself"

  // Archives and compressed files.
  case zip = "a zip archive"
  case gzip = "gzip data"
  case bzip2 = "bzip2 data"
  case xz = "xz data"
  case zstd = "Zstandard data"
  case sevenZip = "a 7-Zip archive"
  case rar = "a RAR archive"
  case tar = "a tar archive"

  // Documents and tables.
  case pdf = "a PDF document"
  case parquet = "a Parquet table"
  case sqlite = "an SQLite database"

  // Arrays.
  case idx = "an IDX file"
  case npy = "an array of NumPy's (.npy)"
  case npz = "an archive of NumPy arrays (.npz)"
  case matlab = "a MATLAB file"
  case hdf5 = "an HDF5 file"

  // Models.
  case safetensors = "a safetensors file"
  case onnx = "an ONNX network"
  case pytorch = "a PyTorch file (a zip archive with data.pkl)"
  case oldPyTorch = "an old PyTorch file (pickle)"
  case pickle = "a Python pickle"

  // Images.
  case png = "a PNG image"
  case jpeg = "a JPEG image"
  case gif = "a GIF image"
  case bmp = "a BMP image"
  case tiff = "a TIFF image"
  case webp = "a WebP image"
  case heic = "a HEIC image"
  case avif = "an AVIF image"

  /// What to do if it is found in place of another file, as a clause without a full stop; nil for nothing special.
  package var advice: String? {
    switch self {
    case .html, .markup: "a download that failed may leave such a page: fetch the file again"
    case .lfsPointer: "fetch the file itself: git lfs pull"
    case .annexPointer: "fetch the file itself: git annex get"
    case .zip, .gzip, .bzip2, .xz, .zstd, .sevenZip, .rar, .tar: "unpack it"
    case .npz: "save the one array by numpy.save"
    case .pytorch, .oldPyTorch, .pickle: Self.exportAdvice
    default: nil
    }
  }

  package var isImage: Bool {
    switch self {
    case .png, .jpeg, .gif, .bmp, .tiff, .webp, .heic, .avif: true
    default: false
    }
  }

  /// How a generator of PyTorch's gets to disttrain.
  package static let exportAdvice =
    "in PyTorch, torch.onnx.export(generator.eval(), latents, \"generator.onnx\") writes the generator as a file that "
    + "disttrain generate takes"
}

extension FileFormat {
  /// The format of a file that begins with `bytes`, at least `FileContent.prefixLength` of them if the file has them.
  package static func recognized(in bytes: [UInt8]) -> FileFormat? {
    if let format = signatures.first(where: { bytes.starts(with: $0.bytes) })?.format { return format }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) { return zipKind(bytes) }
    if bytes.dropFirst(257).starts(with: Array("ustar".utf8)) { return .tar }
    if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) { return .webp }
    if let brands = FileBrands(bytes), brands.isHEIF || brands.isAVIF { return brands.isAVIF ? .avif : .heic }
    if isBMP(bytes) { return .bmp }
    // The length of the header, in 8 bytes, before its JSON.
    if bytes.count > 8, bytes[4..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") { return .safetensors }
    if isIDX(bytes) { return .idx }
    if isONNX(bytes) { return .onnx }
    // Protocol 2 to 5, then the opcode of a frame, an object or a global name.
    if bytes.count > 2, bytes[0] == 0x80, 2...5 ~= bytes[1], [0x95, 0x7D, 0x5D, 0x28, 0x63].contains(bytes[2]) {
      return .pickle
    }
    return markupKind(bytes)
  }

  private static let signatures: [(bytes: [UInt8], format: FileFormat)] = [
    ([0x89, 0x50, 0x4E, 0x47], .png), ([0xFF, 0xD8], .jpeg), (Array("GIF87a".utf8), .gif), (Array("GIF89a".utf8), .gif),
    (Array("II*\0".utf8), .tiff), (Array("MM\0*".utf8), .tiff),
    ([0x1F, 0x8B], .gzip), (Array("BZh".utf8), .bzip2), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz),
    ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
    (Array("Rar!\u{1A}\u{7}".utf8), .rar), ([0x50, 0x4B, 5, 6], .zip),
    (Array("%PDF".utf8), .pdf), (Array("PAR1".utf8), .parquet), (Array("SQLite format 3\0".utf8), .sqlite),
    ([0x93] + Array("NUMPY".utf8), .npy), (Array("MATLAB ".utf8), .matlab),
    ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5),
    (Array("version https://git-lfs".utf8), .lfsPointer), (Array("/annex/objects/".utf8), .annexPointer),
    // torch.save before version 1.6: a pickle of the number 0x1950A86A20F9469CFC6C.
    ([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], .oldPyTorch),
  ]

  /// By the name of the first file in the archive, which is in its first header.
  private static func zipKind(_ bytes: [UInt8]) -> FileFormat {
    guard bytes.count > 30 else { return .zip }
    let name = bytes.dropFirst(30).prefix(Int(bytes[26]) | Int(bytes[27]) << 8)
    if name.elementsEqual("data.pkl".utf8) || name.ends(with: "/data.pkl") { return .pytorch }
    return name.ends(with: ".npy") ? .npz : .zip
  }

  /// The letters alone begin many a text: the length of the second header must be one of those in use.
  private static func isBMP(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("BM".utf8)) && bytes.count > 17 && bytes[15..<18].allSatisfy { $0 == 0 }
      && [12, 16, 40, 52, 56, 64, 108, 124].contains(bytes[14])
  }

  private static func isIDX(_ bytes: [UInt8]) -> Bool {
    bytes.count > 3 && bytes[0] == 0 && bytes[1] == 0 && [8, 9, 11, 12, 13, 14].contains(bytes[2]) && 1...4 ~= bytes[3]
  }

  /// A message of protocol buffers with the version of ONNX's format as field 1, then the producer, the domain, the
  /// documentation, the graph or the operators' version.
  private static func isONNX(_ bytes: [UInt8]) -> Bool {
    bytes.count > 3 && bytes[0] == 0x08 && 1...30 ~= bytes[1]
      && [0x12, 0x1A, 0x22, 0x32, 0x3A, 0x42].contains(bytes[2])
  }

  /// Behind a byte order mark and blanks.
  private static func markupKind(_ bytes: [UInt8]) -> FileFormat? {
    let text = String(decoding: bytes.prefix(FileContent.prefixLength), as: UTF8.self).lowercased()
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard start.first == "<", let next = start.dropFirst().first, next.isLetter || "!?".contains(next) else {
      return nil
    }
    let tags = ["<!doctype html", "<html", "<head", "<body"]
    return tags.contains { start.hasPrefix($0) } || start.contains("<html") ? .html : .markup
  }
}

extension Collection where Element == UInt8 {
  fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
