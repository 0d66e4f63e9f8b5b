package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.settings.GlobalSettings;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * A bean that depends on a boolean setting of the application. Reads the setting as all others are read, so that
 * {@code no} and {@code off} mean false. An invalid value counts as not set; the start-up check reports it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Conditional(ConditionalOnSwitch.OnSwitch.class)
@interface ConditionalOnSwitch {

    /** The key under {@code resilience}. */
    String value();

    /** The value that the bean requires. */
    boolean is() default true;

    /** The value of a setting that is absent. */
    boolean otherwise();

    /** Compares the setting with the required value. */
    final class OnSwitch extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            MergedAnnotation<ConditionalOnSwitch> wanted =
                    metadata.getAnnotations().get(ConditionalOnSwitch.class);
            String key = wanted.getString("value");
            boolean present =
                    GlobalSettings.orElse(context.getEnvironment(), key, Boolean.class, wanted.getBoolean("otherwise"));
            return new ConditionOutcome(
                    present == wanted.getBoolean("is"),
                    ConditionMessage.forCondition(ConditionalOnSwitch.class)
                            .because("resilience." + key + " is " + present));
        }
    }
}
