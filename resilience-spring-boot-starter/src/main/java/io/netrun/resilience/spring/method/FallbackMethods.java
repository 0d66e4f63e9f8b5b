package io.netrun.resilience.spring.method;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.spring.pattern.Recovery;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/** The methods that can replace a failed call. They are found and validated when the pipeline is built. */
public final class FallbackMethods implements Recovery {

    private static final Logger log = LoggerFactory.getLogger(FallbackMethods.class);

    static final FallbackMethods NONE = new FallbackMethods(List.of(), target -> target, false, ConstantResult.NONE);

    private final List<Candidate> candidates;
    private final Function<Object, Object> holder;
    private final boolean keepsResults;
    private final ConstantResult constant;

    /**
     * Creates the methods.
     *
     * @param candidates the methods that match
     * @param holder returns the bean that has the methods, for the bean that was called
     * @param keepsResults whether a result may replace the failure of a later call
     * @param constant replaces a failure for which there is no method
     */
    private FallbackMethods(
            List<Candidate> candidates,
            Function<Object, Object> holder,
            boolean keepsResults,
            ConstantResult constant) {
        this.candidates = candidates;
        this.holder = holder;
        this.keepsResults = keepsResults;
        this.constant = constant;
    }

    /**
     * Finds the methods that an annotation names; {@link #NONE} for a method that is itself the fallback named by its
     * class.
     *
     * @param keepsStale whether the instance keeps stale results, so that the annotation may name no method
     * @param constant the constant of the instance, which has the same effect if there is one
     * @throws ResilienceConfigurationException if the annotation names no method, if none matches, or if the constant
     *     does not fit
     */
    static FallbackMethods of(
            Declaration declaration,
            Method method,
            Class<?> userClass,
            BeanFactory beans,
            boolean keepsStale,
            ConstantResult constant) {
        boolean foreign = declaration.isForeign();
        String name = String.valueOf(declaration.methodAttributes().getOrDefault("method", ""));
        Object ofBean = declaration.methodAttributes().get("bean");
        String bean = ofBean == null ? "" : ofBean.toString();
        String where = userClass.getName() + "." + UserClasses.name(method, userClass) + ": "
                + declaration.slot().title() + (foreign ? " of resilience4j " : " ");
        String notKept = KeptResults.obstacle(method, userClass);
        if (notKept != null
                && declaration.settings().containsKey("stale")
                && isAtMethod(declaration, method, userClass)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + "has 'stale', but the method " + notKept, "Remove 'stale' from the annotation")));
        }
        constant.requireFitting();
        if (name.isBlank() && bean.isEmpty() && (keepsStale || constant.isPresent())) {
            return notKept == null || constant.isPresent()
                    ? new FallbackMethods(List.of(), target -> target, notKept == null, constant)
                    : NONE;
        }
        if (name.isBlank()) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + "names no method",
                    "Set 'method' to the name of a method, or 'stale' to the age up to which the last result may be"
                            + " used, or 'value' to a constant result, or remove the annotation")));
        }
        Class<?> type = bean.isEmpty() ? userClass : NamedMethods.typeOf(bean, beans, where);
        List<Method> named = NamedMethods.of(name, type, where);
        ResolvableType wanted = returned(method, userClass);
        List<Candidate> fitting = named.stream()
                .filter(each -> bean.isEmpty() || !Modifier.isPrivate(each.getModifiers()))
                .filter(each -> !each.equals(method))
                .filter(each -> foreign
                        ? ReturnTypes.fitErased(wanted, returned(each, type))
                                && method.getReturnType().isAssignableFrom(each.getReturnType())
                        : ReturnTypes.fit(wanted, returned(each, type)))
                .map(each -> Candidate.of(each, type, method, userClass, foreign))
                .filter(Objects::nonNull)
                .filter(each -> !foreign || (each.takesFailure && each.hasParametersOf(type, method, userClass)))
                .toList();
        if (fitting.isEmpty()) {
            boolean ofClass = !isAtMethod(declaration, method, userClass);
            boolean inner = foreign && !Modifier.isPublic(method.getModifiers()); // which has none there, either
            if (ofClass && bean.isEmpty() && (inner || name.equals(method.getName()))) {
                return NONE;
            }
            String returning = ReturnTypes.text(wanted)
                    + (bean.isEmpty() ? "" : ", and do not make it private")
                    + (ofClass ? "; or put @Fallback on the methods that need it instead of their class" : "");
            throw NamedMethods.noneFits(
                    where,
                    name,
                    type,
                    method,
                    foreign ? " and then the failure" : " or none, optionally followed by the failure",
                    returning);
        }
        fitting.forEach(each -> {
            ReflectionUtils.makeAccessible(each.method);
            NamedMethods.warnOfUndeclared(each.method, method, where);
            ResolvableType given = returned(each.method, type);
            if (!ReturnTypes.fit(wanted, given)) { // resilience4j does not compare type arguments
                log.warn(
                        "{}method '{}' returns {}, and callers expect {}: code that reads an element may fail with a"
                                + " ClassCastException. Return {}.",
                        where,
                        each.method.getName(),
                        ReturnTypes.text(given),
                        ReturnTypes.text(wanted),
                        ReturnTypes.text(wanted));
            }
        });
        return new FallbackMethods(
                fitting, bean.isEmpty() ? target -> target : target -> beans.getBean(bean), notKept == null, constant);
    }

    private static boolean isAtMethod(Declaration declaration, Method method, Class<?> userClass) {
        return Declaration.isAtMethod(method, userClass, declaration.slot());
    }

    /** Whether the result of a call may replace the failure of a later one. */
    public boolean keepsResults() {
        return keepsResults;
    }

    /** The methods that may be called by reflection. */
    List<Method> methods() {
        return candidates.stream().map(Candidate::method).toList();
    }

    /**
     * Calls the fallback method whose failure type is the most specific; without one, a constant replaces an exception.
     * A suspending method returns a publisher, as it does to a proxy.
     *
     * @throws Throwable the failure itself if no method matches, or what the method threw
     */
    @Override
    public @Nullable Object recover(Throwable failure, Object target, @Nullable Object[] arguments) throws Throwable {
        Throwable outside = ExceptionFilter.withoutEnvelope(failure);
        Throwable shown = outside;
        Candidate closest = closest(outside);
        // A retry's exception is unwrapped unless a method handles an exception of this library.
        if (closest == null || !ResilienceException.class.isAssignableFrom(closest.failure)) {
            shown = ExceptionFilter.rootOf(failure);
            closest = shown == outside ? closest : closest(shown);
        }
        if (closest == null || !closest.takes(arguments)) {
            return constant.recover(failure);
        }
        Object bean = holder.apply(target);
        // Another bean may be a proxy, whose own method must be called.
        Method method =
                bean == target ? closest.method : AopUtils.selectInvocableMethod(closest.method, bean.getClass());
        return AopUtils.invokeJoinpointUsingReflection(bean, method, closest.arguments(arguments, shown));
    }

    /** Of two methods for the same failure, the one with more parameters. */
    private @Nullable Candidate closest(Throwable failure) {
        Candidate closest = null;
        for (Candidate candidate : candidates) {
            if (candidate.failure.isInstance(failure)
                    && (closest == null
                            || (closest.failure == candidate.failure
                                    ? candidate.method.getParameterCount() > closest.method.getParameterCount()
                                    : closest.failure.isAssignableFrom(candidate.failure)))) {
                closest = candidate;
            }
        }
        return closest;
    }

    private static ResolvableType returned(Method method, Class<?> type) {
        return SuspendingFunctions.returned(method, type);
    }

    /**
     * A method that matches.
     *
     * @param method the method
     * @param failure the failure type that it handles
     * @param takesArguments whether it takes the arguments of the failed call
     * @param takesFailure whether its last parameter is the failure
     */
    private record Candidate(Method method, Class<?> failure, boolean takesArguments, boolean takesFailure) {

        /**
         * Returns the candidate, or null if it does not match.
         *
         * @param type the class of the candidate, with its type arguments
         * @param userClass the class of the failed method
         * @param foreign whether an annotation of resilience4j names it, for which an only failure is never an argument
         */
        static @Nullable Candidate of(
                Method candidate, Class<?> type, Method failed, Class<?> userClass, boolean foreign) {
            if (SuspendingFunctions.isSuspending(candidate) && !SuspendingFunctions.isSuspending(failed)) {
                return null;
            }
            Class<?>[] own = NamedMethods.parameters(candidate, type);
            Class<?>[] wanted = NamedMethods.parameters(failed, userClass);
            boolean takesFailure = own.length > 0
                    && Throwable.class.isAssignableFrom(own[own.length - 1])
                    && ((foreign && own.length == 1) || !Arrays.equals(own, wanted));
            int others = takesFailure ? own.length - 1 : own.length;
            boolean takesArguments = others > 0;
            if (takesArguments && !NamedMethods.accepts(own, wanted, others)) {
                return null;
            }
            return new Candidate(
                    candidate, takesFailure ? own[own.length - 1] : Exception.class, takesArguments, takesFailure);
        }

        /** Whether it has the very parameters of the failed method, or none: resilience4j finds no others. */
        boolean hasParametersOf(Class<?> type, Method failed, Class<?> userClass) {
            Class<?>[] own = NamedMethods.parameters(method, type);
            Class<?>[] others = Arrays.copyOf(own, takesFailure ? own.length - 1 : own.length);
            return !takesArguments || Arrays.equals(others, NamedMethods.parameters(failed, userClass));
        }

        /** Whether the arguments of a call can be passed: a primitive parameter does not accept null. */
        boolean takes(@Nullable Object[] arguments) {
            Class<?>[] parameters = method.getParameterTypes();
            for (int i = 0; takesArguments && i < parameters.length && i < arguments.length; i++) {
                if (parameters[i].isPrimitive() && arguments[i] == null) {
                    return false;
                }
            }
            return true;
        }

        @Nullable
        Object[] arguments(@Nullable Object[] ofCall, Throwable thrown) {
            @Nullable Object[] arguments = Arrays.copyOf(ofCall, method.getParameterCount());
            int last = arguments.length - 1;
            if (SuspendingFunctions.isSuspending(method)) {
                arguments[last--] = ofCall[ofCall.length - 1]; // the continuation
            }
            if (takesFailure) {
                arguments[last] = thrown;
            }
            return arguments;
        }
    }
}
