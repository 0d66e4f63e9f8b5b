package io.netrun.resilience.hedge;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.WrappedBody;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The body of a call with an alternative. */
final class AlternativeBody<T extends @Nullable Object, X extends Throwable> extends WrappedBody<T, X>
        implements AlternativeCall {

    private final CheckedSupplier<T, X> body;
    private final CheckedSupplier<? extends T, ? extends X> alternative;

    AlternativeBody(CheckedSupplier<T, X> body, CheckedSupplier<? extends T, ? extends X> alternative) {
        this.body = Objects.requireNonNull(body, "body");
        this.alternative = Objects.requireNonNull(alternative, "alternative");
    }

    @Override
    public T get() throws X {
        return isAlternative() ? alternative.get() : body.get();
    }

    @Override
    protected Object inner() {
        return body;
    }

    /** What the one that is called in the scope lacks is that of the other: it is the same call. */
    @Override
    protected <K> @Nullable K findInside(Class<K> kind, Deadline scope) {
        boolean further = scope.isFor(this);
        K found = find(kind, further ? alternative : body, scope);
        return found != null ? found : find(kind, further ? body : alternative, scope);
    }
}
