package io.autodiff.nd4j.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.jspecify.annotations.Nullable;

/** What all primitives share, made when it is first asked for. */
final class Engine {
    /** The CPU. */
    static final engine CPU = new engine(dnnl.dnnl_cpu, 0);

    /** With memory for intermediate results that the caller gives: what the library keeps itself is not for several threads. */
    static final primitive_attr ATTRIBUTES = attributes();

    private Engine() {}

    private static primitive_attr attributes() {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
        return attributes;
    }

    static @Nullable String obstacle() {
        return CPU.isNull() ? "there is no engine for the CPU" : null;
    }

    /** Float32 elements that lie so far apart along each axis. */
    static memory.desc floats(long[] sizes, long[] strides) {
        return new memory.desc(sizes, memory.data_type.f32, strides);
    }

    /** Float32 elements in the order that the primitive likes best. */
    static memory.desc anyOrder(long[] sizes) {
        return new memory.desc(sizes, memory.data_type.f32, memory.format_tag.any);
    }
}
