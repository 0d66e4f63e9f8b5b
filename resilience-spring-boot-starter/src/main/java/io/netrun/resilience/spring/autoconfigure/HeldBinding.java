package io.netrun.resilience.spring.autoconfigure;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** What the class of another library holds for a thread. It is read by name, since the library may be absent. */
final class HeldBinding implements ThreadBinding {

    /** The attributes of a message, to which beans in the scope {@code websocket} belong. */
    static final Holder MESSAGE =
            new Holder("org.springframework.messaging.simp.SimpAttributesContextHolder", "getAttributes", null);

    /** The step and the job of Spring Batch, to which beans in the scopes {@code step} and {@code job} belong. */
    static final List<Holder> BATCH = List.of(
            new Holder("org.springframework.batch.core.scope.context.StepSynchronizationManager", "getContext", null),
            new Holder("org.springframework.batch.core.scope.context.JobSynchronizationManager", "getContext", null));

    /** Who is authenticated. */
    static final Holder SECURITY = new Holder(
            "org.springframework.security.core.context.SecurityContextHolder", "getContext", "getAuthentication");

    private final MethodHandle value;

    private HeldBinding(MethodHandle value) {
        this.value = value.asType(MethodType.methodType(Object.class));
    }

    /** The bindings of those holders that are present. */
    static List<ThreadBinding> of(List<Holder> holders, @Nullable ClassLoader loader) {
        List<ThreadBinding> bindings = new ArrayList<>();
        for (Holder holder : holders) {
            holder.find(loader).ifPresent(value -> bindings.add(new HeldBinding(value)));
        }
        return bindings;
    }

    @Override
    public boolean isBound() {
        try {
            Object held = value.invokeExact();
            return held != null;
        } catch (Throwable broken) {
            return false;
        }
    }

    /**
     * A class that holds a value for each thread.
     *
     * @param getter its static method that returns the value
     * @param part the method of the value that returns null if nothing is held; null if the getter does
     */
    record Holder(String type, String getter, @Nullable String part) {

        /** The method that reads the value; empty if the library is absent, so that nothing is held. */
        Optional<MethodHandle> find(@Nullable ClassLoader loader) {
            try {
                return Optional.of(reading(loader));
            } catch (ReflectiveOperationException | LinkageError absent) {
                return Optional.empty();
            }
        }

        private MethodHandle reading(@Nullable ClassLoader loader) throws ReflectiveOperationException {
            Method method = ClassUtils.forName(type, loader).getMethod(getter);
            MethodHandle held = MethodHandles.publicLookup().unreflect(method);
            if (part == null) {
                return held;
            }
            MethodHandle ofHeld = MethodHandles.publicLookup()
                    .unreflect(method.getReturnType().getMethod(part));
            return MethodHandles.filterReturnValue(held, ofHeld);
        }
    }
}
