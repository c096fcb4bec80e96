/// The instruction set for functions that take one by value.
#ifndef OCC_INSTRUCTION_SET_H
#define OCC_INSTRUCTION_SET_H

#include "BinaryKernels.h"

/// What `OCC_KERNELS` names, or the best of this machine; the scalar one where the name cannot be followed.
static inline occ_isa occ_isa_from_environment(void) {
    const occ_kernels *kernels = occ_kernels_from_environment(NULL);
    return kernels != NULL ? kernels->isa : occ_isa_scalar;
}

#endif
