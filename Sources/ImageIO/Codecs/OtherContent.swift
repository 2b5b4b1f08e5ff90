import Files

/// Names of what is not read: images of other formats, variants of formats, and other images by their extensions.
/// `FileContent` names files that are no images.
enum OtherContent {
  /// The content of a file that is no image which is read, in words.
  static func name(of bytes: [UInt8]) -> String {
    if let brands = FileBrands(bytes) {
      switch brands.major {
      case "crx ": return image("Canon CR3")
      case "jxl ": return image("JPEG XL")
      case "jp2 ", "jpx ": return image("JPEG 2000")
      default: return "a film or other file of the MP4 family (\(brands.major.escapingControls()))"
      }
    }
    if let kind = known.first(where: { bytes.starts(with: $0.prefix) }) { return kind.name }
    return FileContent(bytes).description
  }

  private static let known: [(prefix: [UInt8], name: String)] = [
    ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20], image("JPEG 2000")), ([0xFF, 0x4F, 0xFF, 0x51], image("JPEG 2000")),
    ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20], image("JPEG XL")), ([0xFF, 0x0A], image("JPEG XL")),
    (Array("8BPS".utf8), image("Photoshop")), (Array("II*\0".utf8), image("Canon CR2")),
    (Array("II+\0".utf8), image("BigTIFF")), (Array("MM\0+".utf8), image("BigTIFF")),
    (Array("IIRO".utf8), image("Olympus ORF")), (Array("FUJIFILMCCD-RAW".utf8), image("Fujifilm RAF")),
    (Array("IIU\0".utf8), image("Panasonic RW2")), ([0x76, 0x2F, 0x31, 0x01], image("OpenEXR")),
    (Array("#?RADIANCE".utf8), image("Radiance HDR")), (Array("DDS ".utf8), image("DDS")),
    (Array("qoif".utf8), image("QOI")), ([0, 0, 1, 0], image("Windows icon")), (Array("gimp xcf".utf8), image("GIMP")),
    (Array("P5".utf8), image("PNM")), (Array("P6".utf8), image("PNM")),
    (Array("RIFF".utf8), "a RIFF file, but not WebP"),
    (Array("%!PS".utf8), "a PostScript document"),
  ]

  /// "a PNG image", "an AVIF image".
  static func image(_ name: String) -> String { "\("AO".contains(name.first!) ? "an" : "a") \(name) image" }

  /// A variant of a format that is read, in which it is intact but not read.
  static func variant(of bytes: [UInt8], _ format: ImageFormat) -> (found: String, expected: String)? {
    switch format {
    case .png:
      guard PNGChunks(bytes).first(where: { _ in true })?.type.elementsEqual("CgBI".utf8) == true else { return nil }
      return ("Apple's variant CgBI of PNG, made for an iPhone", "plain PNG")
    case .jpeg:
      guard let frame = JPEGFrame(bytes) else { return nil }
      if frame.isLossless { return ("a lossless JPEG image", "baseline or progressive JPEG") }
      return frame.depth == 8 ? nil : ("a JPEG image of \(frame.depth) bits a sample", "8 bits")
    default: return nil
    }
  }

  /// The formats of images that are not read, by the extensions of their files.
  private static let extensions: [(name: String, extensions: [String])] = [
    ("JPEG 2000", ["jp2", "j2k", "jpf", "jpx", "jpm", "j2c", "jpc"]), ("JPEG XL", ["jxl"]),
    ("JPEG XR", ["jxr", "wdp", "hdp"]),
    ("Photoshop", ["psd", "psb"]), ("GIMP", ["xcf"]), ("SVG", ["svg", "svgz"]), ("OpenEXR", ["exr"]), ("HDR", ["hdr"]),
    ("PNM", ["ppm", "pgm", "pbm", "pnm", "pam"]), ("TGA", ["tga"]), ("PCX", ["pcx"]), ("DDS", ["dds"]),
    ("QOI", ["qoi"]),
    ("icon", ["ico", "cur", "icns"]), ("EPS", ["eps", "ai"]),
    (
      "camera raw",
      [
        "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf",
        "pef",
        "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
      ]
    ),
  ]

  private static let names = Dictionary(
    uniqueKeysWithValues: extensions.flatMap { entry in entry.extensions.map { ($0, entry.name) } })

  /// The format of images that an extension, in lower case, stands for and that is not among `formats`; nil for files
  /// that are no images.
  static func image(withExtension kind: String, notAmong formats: Set<ImageFormat>) -> String? {
    let others = ImageFormat.allCases.filter { !formats.contains($0) }
    return others.first { Set([$0]).fileExtensions.contains(kind) }?.rawValue ?? names[kind]
  }
}
