package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.method.AdviceMode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** A bean for one of the interception modes. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Conditional(ConditionalOnAdviceMode.OnAdviceMode.class)
@interface ConditionalOnAdviceMode {

    AdviceMode value();

    /** Reads the property in every spelling that Spring Boot accepts. */
    final class OnAdviceMode extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            AdviceMode wanted =
                    metadata.getAnnotations().get(ConditionalOnAdviceMode.class).getEnum("value", AdviceMode.class);
            AdviceMode present = AdviceMode.in(context.getEnvironment());
            return new ConditionOutcome(
                    present == wanted,
                    ConditionMessage.forCondition(ConditionalOnAdviceMode.class).because("the mode is " + present));
        }
    }
}
