package io.netrun.resilience.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** By default, a bean that exists once per registry, and not once per context that uses the registry. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Conditional(ConditionalOnRegistryOwner.OnRegistryOwner.class)
public @interface ConditionalOnRegistryOwner {

    /**
     * Whether the context is to be the one that has the registry; if not, it has to be a child that uses its parent's.
     */
    boolean value() default true;

    /** Evaluates bean definitions, so it runs after their registration. */
    final class OnRegistryOwner extends SpringBootCondition implements ConfigurationCondition {

        @Override
        public ConfigurationPhase getConfigurationPhase() {
            return ConfigurationPhase.REGISTER_BEAN;
        }

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            boolean wanted = metadata.getAnnotations()
                    .get(ConditionalOnRegistryOwner.class)
                    .getBoolean("value");
            boolean owner = RegistryOwner.is(Objects.requireNonNull(context.getBeanFactory()));
            return new ConditionOutcome(
                    owner == wanted,
                    ConditionMessage.forCondition(ConditionalOnRegistryOwner.class)
                            .because(owner ? "the context has the registry" : "the registry is that of the parent"));
        }
    }
}
