package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.fallback.FallbackValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The constant by which a fallback replaces failures, for the methods that it protects.
 *
 * @param constant a text or a {@link NestedConstant} from the configuration, or any object from code
 */
public record ConstantSetting(@Nullable Object constant) {

    /** The constant of a policy now; null if it has none. */
    public static @Nullable ConstantSetting of(@Nullable Policy policy) {
        return policy == null ? null : in(policy.config());
    }

    /** The constant in settings; null if they have none. */
    public static @Nullable ConstantSetting in(Record settings) {
        FallbackValue value = settings instanceof FallbackConfig config ? config.value() : null;
        return value == null ? null : new ConstantSetting(value.constant());
    }

    /** The value of such a setting that is written as nested keys. */
    public static Object nested(Map<String, String> properties) {
        return FallbackValue.of(new NestedConstant(properties));
    }

    /** Whether the values of a setting of this type are texts that any text is valid for, or nested keys. */
    public static boolean isTypeOf(Class<?> setting) {
        return setting == FallbackValue.class;
    }
}
