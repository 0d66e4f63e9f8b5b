package io.netrun.resilience.spring.aop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Identifies the result of a method call: by the bean, the method and the arguments, as a cache would. */
final class MethodCallKey {

    private final Object target;
    private final String method;
    private final @Nullable Object[] arguments;
    private final int hash;

    /**
     * Creates the key.
     *
     * @param target the bean; compared by identity
     * @param method the title of the method
     * @param arguments compared by {@code equals}, arrays by their elements
     */
    MethodCallKey(Object target, String method, @Nullable Object[] arguments) {
        this.target = target;
        this.method = method;
        this.arguments = arguments;
        this.hash = 31 * (31 * System.identityHashCode(target) + method.hashCode()) + Arrays.deepHashCode(arguments);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MethodCallKey key
                && target == key.target
                && method.equals(key.method)
                && Arrays.deepEquals(arguments, key.arguments);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
