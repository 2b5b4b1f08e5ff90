import Files

/// Writes an array of single-precision numbers as a NumPy file, part by part.
package struct NPYWriter: ~Copyable {
  private var file: AtomicFile
  private var place: Int
  private let end: Int

  package init(path: String, shape: [Int]) throws(FileError) {
    let header = NPYHeader.bytes(shape: shape)
    let file = try AtomicFile(replacing: path)
    try file.write(header, at: 0)
    self.file = file
    place = header.count
    end = place + shape.reduce(4, *)
  }

  /// Appends values in row-major order.
  package mutating func append(_ values: [Float]) throws(FileError) {
    precondition(place + 4 * values.count <= end, "more values than the shape has")
    try values.withUnsafeBufferPointer { buffer throws(FileError) in
      try file.write(UnsafeRawBufferPointer(buffer), at: place)
    }
    place += 4 * values.count
  }

  /// Completes the file. All values must have been appended.
  package mutating func finish() throws(FileError) {
    precondition(place == end, "fewer values than the shape has")
    try file.commit()
  }
}
