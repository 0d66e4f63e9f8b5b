package io.netrun.resilience.spring.problem;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The causes of failures that code of the application may have thrown, whose causes need not end. */
public final class Causes {

    private static final int MAX_DEPTH = 64;

    private Causes() {}

    /** A failure and its causes, the outermost first; up to some depth, or to one that cannot be read. */
    public static List<Throwable> of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        @Nullable Throwable each = failure;
        while (each != null && causes.size() < MAX_DEPTH) {
            causes.add(each);
            each = causeOf(each);
        }
        return causes;
    }

    /** The innermost cause of a failure, or the failure itself. */
    public static Throwable mostSpecific(Throwable failure) {
        List<Throwable> causes = of(failure);
        return causes.get(causes.size() - 1);
    }

    private static @Nullable Throwable causeOf(Throwable failure) {
        try {
            return failure.getCause();
        } catch (Throwable unreadable) {
            return null;
        }
    }
}
