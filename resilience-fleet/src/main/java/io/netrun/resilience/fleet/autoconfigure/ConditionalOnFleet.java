package io.netrun.resilience.fleet.autoconfigure;

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
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * A bean of an application that takes part in a fleet. An invalid setting counts as not set; the start-up check reports
 * it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Conditional(ConditionalOnFleet.OnFleet.class)
@interface ConditionalOnFleet {

    /** Whether protection and the fleet are both enabled. */
    final class OnFleet extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            boolean protecting = GlobalSettings.orElse(environment, "enabled", Boolean.class, true);
            boolean fleet = GlobalSettings.orElse(environment, "fleet.enabled", Boolean.class, false);
            return new ConditionOutcome(
                    protecting && fleet,
                    ConditionMessage.forCondition(ConditionalOnFleet.class)
                            .because("resilience.enabled is " + protecting + " and resilience.fleet.enabled is "
                                    + fleet));
        }
    }
}
