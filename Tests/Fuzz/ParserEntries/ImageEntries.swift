import ImageIO

/// Decodes an image as training does: whole, and reduced as far as a small square allows.
func readImage(_ bytes: [UInt8]) throws {
  let channels = bytes.count % 2 == 0 ? 3 : 1
  let header = ImageHeader(bytes)
  let image = try Decoder.image(in: bytes, channels: channels, path: "image")
  precondition(header != nil, "what can be decoded has a header")
  for fit in [Transform.Fit.crop, .pad] {
    let transform = Transform(size: 8, channels: channels, fit: fit, decoding: .fast)
    let reduced = try Decoder.image(in: bytes, for: transform, path: "image")
    precondition(reduced.bytes == bytes && reduced.reduction!.width == image.width, "the same image")
    _ = transform.apply(to: reduced.image, reducedBy: reduced.reduction)
  }
}

/// Images, or else labels.
func readIDX(_ bytes: [UInt8]) throws {
  let images = try? IDXHeader(bytes, dimensions: 3, path: "idx")
  let header = try images ?? IDXHeader(bytes, dimensions: 1, path: "idx")
  let content = try header.content(of: bytes, path: "idx")
  precondition(content.count == header.sizes.reduce(1, *), "as much as the header says")
}

func readMAT(_ bytes: [UInt8]) throws {
  try withMemoryFile(bytes) { path in
    let source = try SVHNSource(path: path)
    for index in [0, SourceIndex(source.count - 1)] { _ = try source.load(index, channels: 3) }
  }
}

/// Either list: that of partitions has no line of one number.
func readCelebA(_ bytes: [UInt8]) throws {
  let list = CelebAList(bytes, path: "list.txt")
  do throws(ImageError) {
    _ = try list.images(with: ["Male": true, "Eyeglasses": false])
  } catch {
    for partition in [CelebASelection.Partition.train, .valid, .test] { _ = try list.images(of: partition) }
  }
}
