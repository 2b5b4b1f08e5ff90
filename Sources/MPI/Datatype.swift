internal import CMPI

/// An element type that MPI can send. MPI 3.1 §3.2.2.
package protocol MPIElement: BitwiseCopyable, Sendable {
  static var datatype: Datatype { get }
}

/// An element type that MPI can add and compare. MPI 3.1 §5.9.2.
package protocol MPINumber: MPIElement, Comparable, Numeric {}

/// MPI's handle of an element type.
package struct Datatype {
  let handle: OpaquePointer
}

extension UInt8: MPIElement { package static var datatype: Datatype { Datatype(handle: cmpi_byte()) } }
extension Int32: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_int32()) } }
extension Int64: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_int64()) } }
extension UInt64: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_uint64()) } }
extension Int: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_int64()) } }
extension Float: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_float()) } }
extension Double: MPINumber { package static var datatype: Datatype { Datatype(handle: cmpi_double()) } }
