package io.netrun.resilience.spring.settings;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Code of the application that is looked up with the first call, so that an instance that is created early does not
 * initialize a bean too early, and only once, even if the bean is no singleton. Thread-safe.
 */
final class CodeBean<T> implements Supplier<T> {

    private final Supplier<T> lookup;
    private volatile @Nullable T found;

    CodeBean(Supplier<T> lookup) {
        this.lookup = lookup;
    }

    @Override
    public T get() {
        T present = found;
        if (present == null) {
            present = lookup.get();
            found = present;
        }
        return present;
    }
}
