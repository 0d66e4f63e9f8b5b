package io.netrun.resilience.spring.method;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.ConstantSetting;
import io.netrun.resilience.spring.pattern.NestedConstant;
import io.netrun.resilience.spring.problem.Causes;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.CollectionFactory;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.util.ClassUtils;

/**
 * The constant of a fallback instance as the result of one method. It is converted for each call, so that callers share
 * no list or bean that one of them could change, and a refreshed constant applies to the next call.
 */
final class ConstantResult {

    /** No constant. */
    static final ConstantResult NONE = new ConstantResult(
            null, "", ReturnKind.PLAIN, null, ResolvableType.NONE, ApplicationConversionService.getSharedInstance());

    private final @Nullable Policy policy;
    private final String where;
    private final ReturnKind returns;
    private final @Nullable ReactiveAdapter adapter;

    /** The type that a text is converted to. */
    private final ResolvableType type;

    private final ConversionService conversion;

    private ConstantResult(
            @Nullable Policy policy,
            String where,
            ReturnKind returns,
            @Nullable ReactiveAdapter adapter,
            ResolvableType type,
            ConversionService conversion) {
        this.policy = policy;
        this.where = where;
        this.returns = returns;
        this.adapter = adapter;
        this.type = type;
        this.conversion = conversion;
    }

    /**
     * The constant of an instance for a method.
     *
     * @param policy its fallback; null for none
     * @param beans has the conversion service of the application
     */
    static ConstantResult of(@Nullable Policy policy, Method method, Class<?> userClass, BeanFactory beans) {
        ReactiveAdapter adapter = ReactiveTypes.adapter(method);
        ReturnKind returns = ReturnKind.of(method, adapter);
        return new ConstantResult(
                policy,
                userClass.getName() + "." + UserClasses.name(method, userClass) + ": @Fallback ",
                returns,
                isStage(returns) ? null : adapter,
                resultType(SuspendingFunctions.returned(method, userClass), returns, adapter),
                conversionOf(beans));
    }

    /** The type that a constant of a method is converted or bound to. */
    static ResolvableType typeOf(Method method, Class<?> userClass) {
        ReactiveAdapter adapter = ReactiveTypes.adapter(method);
        return resultType(SuspendingFunctions.returned(method, userClass), ReturnKind.of(method, adapter), adapter);
    }

    private static ConversionService conversionOf(BeanFactory beans) {
        ConversionService own =
                beans instanceof ConfigurableBeanFactory configurable ? configurable.getConversionService() : null;
        return own == null ? ApplicationConversionService.getSharedInstance() : own;
    }

    private static boolean isStage(ReturnKind returns) {
        return returns == ReturnKind.STAGE || returns == ReturnKind.FUTURE;
    }

    private static ResolvableType resultType(
            ResolvableType returned, ReturnKind returns, @Nullable ReactiveAdapter adapter) {
        if (isStage(returns)) {
            return returned.as(returns == ReturnKind.STAGE ? CompletionStage.class : Future.class)
                    .getGeneric();
        }
        if (adapter == null) {
            return returned;
        }
        if (adapter.isMultiValue()) {
            return ResolvableType.forClassWithGenerics(List.class, returned.getGeneric());
        }
        return adapter.getDescriptor().isNoValue() ? ResolvableType.forClass(void.class) : returned.getGeneric();
    }

    /** Whether the instance has a constant now. */
    boolean isPresent() {
        return ConstantSetting.of(policy) != null;
    }

    /**
     * Tries the conversion of the constant that the instance has now.
     *
     * @throws ResilienceConfigurationException if it cannot be converted to what the method returns
     */
    void requireFitting() {
        if (policy != null) {
            requireFitting(policy.config());
        }
    }

    /** Tries the conversion of the constant in settings that the instance may get. */
    void requireFitting(Record settings) {
        ConstantSetting value = ConstantSetting.in(settings);
        if (value == null || policy == null) {
            return;
        }
        try {
            converted(value.constant());
        } catch (BindException wrong) {
            throw new ResilienceConfigurationException(List.of(unbound(wrong, policy)));
        } catch (RuntimeException | LinkageError wrong) {
            String reason = Causes.mostSpecific(wrong).getMessage();
            throw new ResilienceConfigurationException(List.of(new Problem(
                    where + "has the value '" + value.constant() + "' of instance '" + policy.name()
                            + "', which cannot be converted to " + ReturnTypes.text(type)
                            + (reason == null ? "" : ": " + reason),
                    "Write a 'value' that Spring can convert to this type, or set 'method' to a method that creates the"
                            + " result")));
        }
    }

    /** What is wrong with a nested constant, with its field. */
    private Problem unbound(BindException wrong, Policy fallback) {
        String owner = "instance '" + fallback.name() + "'";
        Throwable cause = Causes.mostSpecific(wrong);
        if (cause instanceof UnboundConfigurationPropertiesException unknown) {
            String fields = unknown.getUnboundProperties().stream()
                    .map(each -> "'" + each.getName() + "'")
                    .collect(Collectors.joining(", "));
            return new Problem(
                    where + "has " + fields + " of " + owner + ", which " + ReturnTypes.text(type)
                            + " has no property for",
                    "Correct the name, or remove it from the 'value'");
        }
        ConfigurationProperty property = wrong.getProperty();
        String written = property == null ? " of " + owner : ": '" + property.getValue() + "' of " + owner;
        return new Problem(
                where + "has '" + (property == null ? wrong.getName() : property.getName()) + "'" + written
                        + ", which cannot be bound to "
                        + ReturnTypes.text(wrong.getTarget().getType()) + ": " + cause.getMessage(),
                "Write what fits the type " + ReturnTypes.text(type)
                        + ", or set 'method' to a method that creates the result");
    }

    /**
     * Returns the constant as the method would return it; for a reactive or suspending one, {@link ConstantElements}.
     *
     * @throws Throwable the failure itself if there is no constant, or if it is no exception
     */
    @Nullable
    Object recover(Throwable failure) throws Throwable {
        ConstantSetting value = ConstantSetting.of(policy);
        if (value == null || !(ExceptionFilter.rootOf(failure) instanceof Exception)) {
            throw failure;
        }
        Object result = converted(value.constant());
        if (isStage(returns)) {
            return CompletableFuture.completedFuture(result);
        }
        return returns == ReturnKind.PLAIN ? result : new ConstantElements(result);
    }

    private @Nullable Object converted(@Nullable Object constant) {
        Class<?> wanted = type.toClass();
        if (constant != null && !(constant instanceof String) && ClassUtils.isAssignableValue(wanted, constant)) {
            return constant;
        }
        if (constant instanceof NestedConstant nested) {
            return ofNested(nested, type);
        }
        if (wanted == void.class || wanted == Void.class) {
            if (constant != null && !constant.toString().isBlank()) {
                throw new IllegalArgumentException("the method returns nothing, so that only an empty text fits");
            }
            return null;
        }
        if (constant == null) {
            if (wanted.isPrimitive() || adapter != null) {
                throw new IllegalArgumentException("null is no result of this method");
            }
            return null; // as code has set it
        }
        Object result = constant instanceof String text ? ofText(text, type) : converted(constant, type);
        if (result == null) {
            throw new IllegalArgumentException("it would be null");
        }
        return result;
    }

    private Object ofNested(NestedConstant nested, ResolvableType to) {
        Class<?> wanted = to.toClass();
        if (wanted == Optional.class) {
            return Optional.of(ofNested(nested, to.getGeneric()));
        }
        boolean isIterable = wanted == Iterable.class;
        Object result = nested.bind(
                isIterable ? ResolvableType.forClassWithGenerics(List.class, to.getGeneric()) : to, conversion);
        if (result == null) {
            throw new IllegalArgumentException("it has nested keys, and this type takes none");
        }
        return result;
    }

    private @Nullable Object ofText(String text, ResolvableType to) {
        Class<?> wanted = to.toClass();
        String stripped = text.strip();
        if (wanted.isInstance(text)) {
            return text; // also if nothing is known of the type
        }
        if (wanted == Optional.class) {
            return stripped.isEmpty() ? Optional.empty() : Optional.ofNullable(ofText(text, to.getGeneric()));
        }
        if (Map.class.isAssignableFrom(wanted) && (stripped.isEmpty() || stripped.equals("{}"))) {
            return CollectionFactory.createMap(wanted, to.asMap().getGeneric(0).toClass(), 0);
        }
        boolean isList = wanted == Iterable.class || Collection.class.isAssignableFrom(wanted) || wanted.isArray();
        ResolvableType target =
                wanted == Iterable.class ? ResolvableType.forClassWithGenerics(List.class, to.getGeneric()) : to;
        return converted(isList && stripped.equals("[]") ? "" : text, target);
    }

    private @Nullable Object converted(Object source, ResolvableType to) {
        return conversion.convert(source, TypeDescriptor.forObject(source), new TypeDescriptor(to, null, null));
    }
}
