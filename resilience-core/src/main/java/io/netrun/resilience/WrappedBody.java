package io.netrun.resilience;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A body of a call around another one. What policies learn about the call from the inner body, such as its number of
 * tokens or the key of its result, is found through it by {@link #find}.
 *
 * <p>This is a class and not an interface because every call checks its body for this type; see {@link AdaptedCall}.
 *
 * @apiNote For authors of policies.
 * @param <T> the result
 * @param <X> what the body throws
 */
public abstract class WrappedBody<T extends @Nullable Object, X extends Throwable> implements CheckedSupplier<T, X> {

    /** Constructor for subclasses. */
    protected WrappedBody() {}

    /** Returns the inner body, or what it has been made of, such as a {@link Runnable}. */
    protected abstract Object inner();

    /**
     * Finds what the inner body is; by default by {@link #find} of {@link #inner()}.
     *
     * @return null if it is nothing of that kind
     */
    protected <K> @Nullable K findInside(Class<K> kind, Deadline scope) {
        return find(kind, inner(), scope);
    }

    /**
     * Finds a body of a kind: the body itself, what the caller {@linkplain SubstituteCall#source() passed as the call},
     * or the outermost one inside it.
     *
     * @param kind an interface with which bodies describe the call to a policy
     * @param body null for none
     * @param scope the scope in which the call is made: a body may call different ones
     * @return null if there is none
     */
    public static <K> @Nullable K find(Class<K> kind, @Nullable Object body, Deadline scope) {
        if (kind.isInstance(body)) {
            return kind.cast(body);
        }
        if (body instanceof WrappedBody<?, ?> wrapper) {
            return wrapper.findInside(kind, scope);
        }
        if (body instanceof SubstituteCall substitute) {
            Object source = substitute.source();
            return source == body ? null : find(kind, source, scope);
        }
        return null;
    }

    /** Returns a body that does what a function of the JDK does, and is of the kinds that its object is of. */
    static <T extends @Nullable Object, X extends Throwable> CheckedSupplier<T, X> of(
            Object source, CheckedSupplier<T, X> body) {
        return new OfSource<>(source, body);
    }

    private static final class OfSource<T extends @Nullable Object, X extends Throwable> extends WrappedBody<T, X> {

        private final Object source;
        private final CheckedSupplier<T, X> body;

        OfSource(Object source, CheckedSupplier<T, X> body) {
            this.source = source;
            this.body = body;
        }

        @Override
        public T get() throws X {
            return body.get();
        }

        @Override
        protected Object inner() {
            return source;
        }
    }

    /** A call of a function. */
    static final class OfFunction<A extends @Nullable Object, T extends @Nullable Object>
            extends WrappedBody<T, RuntimeException> {

        private final Function<A, T> function;
        private final A argument;

        OfFunction(Function<A, T> function, A argument) {
            this.function = function;
            this.argument = argument;
        }

        @Override
        public T get() {
            return function.apply(argument);
        }

        @Override
        protected Object inner() {
            return function;
        }
    }

    /** A call without a result as one with a result. */
    static final class OfRunnable<X extends Throwable> extends WrappedBody<Boolean, X> {

        private final CheckedRunnable<X> body;

        OfRunnable(CheckedRunnable<X> body) {
            this.body = body;
        }

        @Override
        public Boolean get() throws X {
            body.run();
            return true;
        }

        @Override
        protected Object inner() {
            return body;
        }
    }
}
