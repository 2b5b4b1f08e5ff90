import ImageIO

// The lists that an image passes through after its source, in order.

/// Among the images of a source that all ranks can read.
package struct GoodIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the good images that train, or among those held out: the images of a `Deal`.
package struct DealIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the images in the memory of this rank, those held out behind the others.
package struct MemoryIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the samples of a batch over all ranks: the key of random numbers.
package struct BatchIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among this rank's samples of a batch: their place in tensors.
package struct LocalIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

extension [SourceIndex] {
  /// The place in the source of a good image; `self` is the list of all good ones.
  package subscript(image: GoodIndex) -> SourceIndex { self[image.number] }
}

extension [GoodIndex] {
  /// The good image that an image of the deal is; `self` is the list of the dealt ones.
  package subscript(image: DealIndex) -> GoodIndex { self[image.number] }
}
