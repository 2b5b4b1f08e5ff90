import GAN
import ImageIO
import Reporting

/// Source and preprocessing of the images.
package struct DataSettings: Hashable, Sendable {
  package enum Source: String, Hashable, Sendable, CaseIterable {
    /// Images in a folder and its sub-folders.
    case folder
    /// CelebA's aligned photographs with its lists.
    case celeba
    /// Files in MNIST's format (MNIST, Fashion-MNIST, EMNIST), gzipped or not.
    case idx
    /// The cropped digits of SVHN, in MATLAB files.
    case svhn
    /// Facades drawn by a seeded program.
    case synthetic
  }
  package enum OnBadImage: String, Hashable, Sendable, CaseIterable {
    case fail, skip
  }
  package enum Folders: String, Hashable, Sendable, CaseIterable {
    /// Without `Omissions.standard`.
    case images
    case all
  }
  package enum Cache: Hashable, Sendable {
    case automatic
    case off
    case folder(String)
  }

  package var source = Source.folder
  /// Absolute; nil only for `synthetic`.
  package var path: String?
  package var split = DataSplit.train
  /// nil: MNIST's own file names, or else EMNIST's `balanced`.
  package var emnist: EMNISTSplit?
  /// nil: decided by the file's name.
  package var transpose: Bool?
  package var celeba = CelebASelection.everything
  package var resize = Transform.Fit.crop
  package var antialias = true
  package var shuffle = true
  package var lastBatch = LastBatch.drop
  package var pattern = "*"
  package var folders = Folders.images
  package var validation = 0.0
  package var augment = Augmentation.none
  package var limit: Int?
  package var decode = Transform.Decoding.exact
  package var orientation = OrientationRule.exif
  package var background = Background.file
  package var formats = Set<ImageFormat>.all
  package var onBadImage = OnBadImage.fail
  package var cache = Cache.automatic
  /// In GB, 10⁹ bytes; nil for no limit.
  package var cacheLimit: Int? = 20
  package var syntheticCount = 2000

  package init() {}
}

extension DataSettings {
  /// The keys of `data`; size and channels of the images are the model's.
  mutating func declare(_ keys: any SettingKeys, image: inout FeatureShape) {
    keys.value("source", &source, .choice(later: ["packed"]), "Storage format of the images.")
    keys.value(
      "path", &path, .orNull(.folder), .withEqualData,
      "The folder of the images; a relative path is relative to the configuration file.")
    keys.value("split", &split, .choice, "The published file of svhn or idx to read.")
    keys.value("emnist", &emnist, .orNull(.choice), "For idx: the part of EMNIST; null for MNIST's own file names.")
    keys.value(
      "transpose", &transpose, .orAutomatic(.truth),
      "For idx: whether rows are stored as columns; auto decides by the file's name."
    )
    keys.group("celeba", "Selection of CelebA's images.") { celeba.declare($0) }
    keys.group("image", "Size and channels after the transform.") { keys in
      var side = image.width
      keys.value("size", &side, .side, "Side in pixels.")
      (image.height, image.width) = (side, side)
      keys.value("channels", &image.channels, .channels, "Number of channels.")
      keys.value("resize", &resize, .choice, "crop cuts the middle, stretch distorts, pad adds black borders.")
      keys.value(
        "antialias", &antialias, .truth, "Whether downsampling averages over all pixels that an output pixel covers.")
    }
    var range = [-1, 1]
    keys.value("range", &range, .onlyRange, "The values of black and white.")
    keys.value("shuffle", &shuffle, .truth, "Whether each epoch has a new random order.")
    keys.value(
      "lastBatch", &lastBatch, .choice,
      "The last images of an epoch that do not fill a batch: drop them, keep a smaller batch, or wrap around."
    )
    keys.value("pattern", &pattern, .text, "Pattern of the names of the files to read.")
    keys.value(
      "folders", &folders, .choice, older: .all,
      "images leaves out what disttrain wrote, and folders that systems make for thumbnails and trash; all reads them."
    )
    keys.value("validation", &validation, .number(.belowOne), "The share of the images that is held out.")
    keys.group("augment", "Random changes of an image each time it is used.") { augment.declare($0) }
    keys.value("limit", &limit, .orNull(.whole(1...Int.max)), "Use only this number of images, the first ones.")
    keys.value(
      "decode", &decode, .choice,
      "fast scales JPEG files down in the decoder; the result is close to exact, but not equal.")
    keys.value(
      "orientation", &orientation, .choice, older: .stored,
      "exif turns and mirrors images as viewers show them; stored leaves the pixels as they are stored.")
    keys.value(
      "background", &background, .background, older: .ignore,
      "The colour behind transparent pixels; file is the file's own or white, ignore shows their hidden colours.")
    keys.value(
      "formats", &formats, .subset(noun: "a format", mayBeEmpty: false) { $0.settingName }, older: .older,
      "The formats of the files that are read, which their content decides; of an animation the first image.")
    keys.value(
      "onBadImage", &onBadImage, .choice, "A file that cannot be read ends the run (fail) or is left out (skip).")
    keys.value("cache", &cache, .cache, .free, "Folder of the cache of decoded images; off for no cache.")
    keys.value(
      "cacheLimit", &cacheLimit, .orNull(.whole(1...1_000_000)), .free,
      "GB (10⁹ bytes) that the caches in that folder may take up together; null for no limit.")
    keys.group("synthetic", "For the source synthetic, which draws facades.") { keys in
      keys.value("count", &syntheticCount, .whole(1...1_000_000), "Number of images to draw.")
    }
    keys.check { check($0) }
  }

  private func check(_ section: SettingSection) {
    checkSource(section)
    if decode == .fast && !antialias {
      section.report(
        "decode", "found fast, which averages as image.antialias: true does, expected exact beside antialias: false.")
    }
    // An invalid source needs no path.
    let isUnderstood = section.node("source").map { $0.text == source.rawValue } ?? section.isGroup
    // An exported generator holds its configuration without the path.
    if source != .synthetic, isUnderstood, section.present("path") == nil, !section.origin.isRecorded {
      section.problems.add(
        "data.path: missing, expected the folder of the images. Add it, or use data.source: synthetic.",
        at: section.node("source")?.place ?? section.place)
    }
  }

  /// Keys of other sources may only have their defaults, as in a resolved configuration.
  private func checkSource(_ section: SettingSection) {
    let splits: [DataSplit]
    switch source {
    case .svhn: splits = DataSplit.allCases
    case .idx: splits = [.train, .test]
    case .folder, .celeba, .synthetic: splits = [.train]
    }
    if !splits.contains(split) {
      let expected = splits.map(\.rawValue).joined(separator: " or ")
      section.report("split", "found \(split.rawValue), expected \(expected) for data.source: \(source.rawValue).")
    }
    func reportOnlyIDX(_ key: String, _ found: String, _ expected: String) {
      section.report(
        key, "found \(found), expected \(expected) for data.source: \(source.rawValue); it is idx's alone.")
    }
    if source != .idx {
      if let emnist { reportOnlyIDX("emnist", emnist.rawValue, "null") }
      if let transpose { reportOnlyIDX("transpose", "\(transpose)", "auto") }
    }
    if source != .celeba, celeba != .everything {
      section.report("celeba", "found a selection beside data.source: \(source.rawValue), expected it beside celeba.")
    }
  }
}

extension CelebASelection {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("partition", &partition, .choice, "The part of list_eval_partition.txt to read.")
    keys.group("attributes", "Attributes in list_attr_celeba.txt that select images.") { keys in
      keys.entries("NAME", current: attributes.keys.sorted(), accepted: Self.attributeNames) { name, keys in
        keys.value(name, &attributes[name], .orNull(.truth), "Whether the images have the attribute; null for either.")
      }
    }
  }
}

extension Augmentation {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("flip", &flip, .truth, "Whether an image is mirrored with probability 1/2.")
    keys.value(
      "brightness", &brightness, .number(.fraction),
      "The brightness is multiplied by a random factor between 1 − brightness and 1 + brightness.")
    keys.value(
      "contrast", &contrast, .number(.fraction), "The same for the contrast, about the mean of the grey image.")
  }
}

extension SettingKind where Value == Int {
  /// Networks support other shapes; the readers, grids and measures do not yet.
  fileprivate static var side: Self {
    var kind = whole(1...4096)
    let expected = kind.expected
    kind.refusal = { node in
      guard node.list({ $0.integer }) != nil else { return nil }
      return "found \(node.found), expected \(expected): images are square. Those that are not are made so by "
        + "image.resize: crop, stretch or pad."
    }
    return kind
  }

  fileprivate static var channels: Self {
    Self("1 (grey) or 3 (colour)") {
      $0.integer.flatMap { [1, 3].contains($0) ? $0 : nil }
    } text: {
      "\($0)"
    }
  }
}

extension SettingKind where Value == [Int] {
  fileprivate static var onlyRange: Self {
    Self("[-1, 1], the only range in this version") { node in
      node.list { $0.number(Double.self) } == [-1, 1] ? [-1, 1] : nil
    } text: {
      "[\($0[0]), \($0[1])]"
    }
  }
}

extension SettingKind where Value == Background {
  fileprivate static var background: Self {
    Self("file, white, black, a colour such as \"#8090a0\", or ignore") {
      $0.text.flatMap(Background.init)
    } text: {
      $0.description.hasPrefix("#") ? quoted($0.description) : $0.description
    }
  }
}

extension SettingKind where Value == DataSettings.Cache {
  fileprivate static var cache: Self {
    let folder = SettingKind<String>.folder
    return Self("auto, off or a folder") { node, section, key in
      switch node.text {
      case "auto": .automatic
      case "off": .off
      default: folder.parse(node, section, key).map { .folder($0) }
      }
    } print: {
      switch $0 {
      case .automatic: .scalar("auto")
      case .off: .scalar("off")
      case .folder(let path): folder.print(path)
      }
    }.read(by: .path)
  }
}

/// The use of the images at the end of an epoch that do not fill a batch.
package enum LastBatch: String, Sendable, CaseIterable {
  /// They are left out of this epoch.
  case drop
  /// They form a smaller batch.
  case keep
  /// Each shard fills its part of the batch from the beginning of its own order of that epoch.
  case wrap
}
