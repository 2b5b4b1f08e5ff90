import Glibc
import Tensor

/// Makes OpenBLAS compute with `set`, unless `OPENBLAS_CORETYPE` says what it should.
///
/// OpenBLAS chooses its kernels when it is loaded, by a list of CPUs that ends with its release: on a newer one it falls
/// back to an older instruction set. The process starts once more with the right core named, before MPI begins.
func matchOpenBLAS(to set: InstructionSet) {
  guard getenv("OPENBLAS_CORETYPE") == nil, let core = set.openBLASCore, core != MatrixProduct.coreName else {
    return
  }
  setenv("OPENBLAS_CORETYPE", core, 1)
  let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
  // By its own path: system monitors name a process by the file it was started as.
  var path = [CChar](repeating: 0, count: Int(PATH_MAX))
  if readlink("/proc/self/exe", &path, path.count - 1) > 0 { execv(path, arguments) }
  execv("/proc/self/exe", arguments)  // the file has been moved or replaced
  unsetenv("OPENBLAS_CORETYPE")  // it could not be started; compute with the kernels there are
}
