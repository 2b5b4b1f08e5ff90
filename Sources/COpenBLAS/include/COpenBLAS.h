// The functions of OpenBLAS that disttrain calls, resolved when the library is opened: the program is not linked to it.
//
// Integers have 32 bits, as in libopenblas.so.0; libopenblas64.so.0 is another library.
#pragma once

#include <stddef.h>

/// CBLAS's names for the order of matrices and for what is done to them.
enum { COPENBLAS_ROW_MAJOR = 101, COPENBLAS_COLUMN_MAJOR = 102, COPENBLAS_AS_IS = 111, COPENBLAS_TRANSPOSED = 112 };

typedef struct {
  /// C ← alpha op(A) op(B) + beta C.
  void (*sgemm)(int order, int transposeA, int transposeB, int rows, int columns, int inner, float alpha,
                const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
  void (*dgemm)(int order, int transposeA, int transposeB, int rows, int columns, int inner, double alpha,
                const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);

  // LAPACK's Fortran interface: everything by its address, and at the end the lengths of the texts.

  /// Eigenvalues of a symmetric matrix, in rising order.
  void (*dsyevd)(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
                 const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
  /// Cholesky's factor of a semi-definite matrix, with pivots.
  void (*dpstrf)(const char *uplo, const int *n, double *a, const int *lda, int *pivots, int *rank,
                 const double *tolerance, double *work, int *info, size_t);

  void (*set_num_threads)(int threads);
  char *(*get_corename)(void);
  char *(*get_config)(void);
} copenblas_functions;

/// Opens OpenBLAS and fills in `functions`, once a process: a library that is open stays as it is.
///
/// Returns 0 or, where there is no such library or it lacks a function, 1 with the loader's reason in `message`, at most
/// `capacity` bytes with its NUL.
int copenblas_open(copenblas_functions *functions, char *message, size_t capacity);
