package io.autodiff.nd4j.llvm;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.llvm.global.LLVM;
import org.jspecify.annotations.Nullable;

/**
 * What is known of this machine's processor.
 *
 * @param cpu LLVM's name of it; "generic" if it is newer than LLVM
 * @param features LLVM's list of what it can do
 * @param vectorBytes the size of a vector register; 0 if it has none that kernels are made for
 */
record Target(String cpu, String features, int vectorBytes) {
    /** This machine's. The features count more than the name, which an old LLVM does not know of a new processor. */
    static Target host() {
        String features = LLVM.LLVMGetHostCPUFeatures().getString();
        return new Target(
                LLVM.LLVMGetHostCPUName().getString(), features, vectorBytes(System.getProperty("os.arch"), features));
    }

    /** Kernels are made for processors that multiply and add at once: without that, LLVM calls a function for each lane. */
    static int vectorBytes(@Nullable String architecture, String features) {
        if ("aarch64".equals(architecture)) {
            return 16;
        }
        Set<String> has = Arrays.stream(features.split(",")).collect(Collectors.toSet());
        if (has.contains("+avx512f")
                && has.contains("+avx512vl")
                && has.contains("+avx512dq")
                && has.contains("+fma")) {
            return 64;
        }
        return has.contains("+avx2") && has.contains("+fma") ? 32 : 0;
    }

    /** The attributes of a function: without the first, LLVM uses half of a 64 byte register. */
    String attributes() {
        return (vectorBytes == 64 ? "\"prefer-vector-width\"=\"512\" " : "") + "nounwind";
    }
}
