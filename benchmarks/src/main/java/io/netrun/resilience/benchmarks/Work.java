package io.netrun.resilience.benchmarks;

import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The call that is protected: a real call that does next to nothing. */
@State(Scope.Benchmark)
public class Work {

    private final Object result = new Object();

    /** Not inlined, as the remote call that it stands for would not be. */
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    Object call() {
        return result;
    }
}
