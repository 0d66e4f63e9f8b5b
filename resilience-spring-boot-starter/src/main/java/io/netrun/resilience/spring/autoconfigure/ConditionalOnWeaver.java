package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.aop.ResilienceAspect;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.aspectj.lang.Aspects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Where AspectJ's weaver is active, and knows the aspect. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnWeaver.OnWeaver.class)
@interface ConditionalOnWeaver {

    /** Asks the aspect, to which the weaver adds what answers. */
    final class OnWeaver extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            boolean active = isActive();
            return new ConditionOutcome(
                    active,
                    ConditionMessage.forCondition(ConditionalOnWeaver.class)
                            .because(active ? "a weaver is active" : "no weaver is active"));
        }

        private static boolean isActive() {
            try {
                return Aspects.hasAspect(ResilienceAspect.class);
            } catch (LinkageError withoutAspectJ) {
                return false;
            }
        }
    }
}
