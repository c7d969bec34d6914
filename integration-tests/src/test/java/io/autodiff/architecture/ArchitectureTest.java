package io.autodiff.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.ops.NDMath;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Dependencies point one way: examples, engine, api. The core of the api, {@code io.autodiff} with its {@code op} and
 * {@code spi}, is one unit by design, because operands carry the ops and ops take operands; all else has no cycles.
 */
@AnalyzeClasses(packages = "io.autodiff", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    private static final String EXAMPLES = "io.autodiff.examples..";
    private static final String ENGINE = "io.autodiff.nd4j..";
    private static final String OPTIMIZER = "io.autodiff.optimizer..";
    private static final String TRANSFORM = "io.autodiff.transform..";
    private static final String NN = "io.autodiff.nn..";
    private static final String ND4J = "org.nd4j..";

    private static final DescribedPredicate<JavaClass> API = resideInAPackage("io.autodiff..")
            .and(resideOutsideOfPackages(ENGINE, EXAMPLES))
            .as("the api");
    private static final DescribedPredicate<JavaClass> CORE = resideInAnyPackage(
                    "io.autodiff", "io.autodiff.op..", "io.autodiff.spi..")
            .as("the core");

    /** Leaves out test classes, in the build tree and in the jar of the op compatibility kit. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule API_DEPENDS_ON_NOTHING = dependsOnNothing(API);

    @ArchTest
    static final ArchRule ENGINE_DOES_NOT_KNOW_THE_EXAMPLES = independent(ENGINE, EXAMPLES);

    @ArchTest
    static final ArchRule ONLY_ENGINE_AND_EXAMPLES_USE_ND4J = nd4jOnlyIn(ENGINE, EXAMPLES);

    @ArchTest
    static final ArchRule CORE_DOES_NOT_KNOW_WHAT_IS_BUILT_ON_IT = noClasses()
            .that(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TRANSFORM, OPTIMIZER, NN)
            .because("transforms, optimizers and networks are written with the core's public parts alone");

    @ArchTest
    static final ArchRule API_HAS_NO_CYCLES =
            acyclic(Map.of("", "core", "op", "core", "spi", "core"), "the api, its core being one unit");

    @ArchTest
    static final ArchRule ENGINE_HAS_NO_CYCLES =
            slices().matching("io.autodiff.nd4j.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ENGINE_PARTS_DO_NOT_KNOW_THE_WHOLE = independent("io.autodiff.nd4j.*..", "io.autodiff.nd4j");

    @ArchTest
    static final ArchRule OPS_DO_NOT_KNOW_HOW_THEY_ARE_EXECUTED =
            independent("io.autodiff.nd4j.ops..", "io.autodiff.nd4j.exec..");

    @ArchTest
    static final ArchRule NO_CALL_OF_TRANSFORMS_THAT_GO_WRONG = neverUsed(
            "org.nd4j.linalg.ops.transforms.Transforms",
            "stabilize|pow",
            "stabilize ends the process, and pow broadcasts to the shape of its first operand alone");

    @ArchTest
    static final ArchRule NO_NAMESPACE_OF_ND4J = neverUsed(
            "org.nd4j.linalg.factory.ops..*|.*ClipByAvgNorm",
            ".*",
            "what Nd4j.math() and Nd4j.nn() have writes over its argument, and clipByAvgNorm ends the process on several threads");

    @ArchTest
    static final ArchRule NO_RANDOM_NUMBERS_OF_ND4J = neverUsed(
            "org.nd4j.linalg.factory.Nd4j|org.nd4j.linalg.api.rng..*",
            "rand|randn|randint|randomBernoulli|randomExponential|choice|shuffle|getRandom|getRandomFactory|next.*",
            "its doubles have 23 random bits, and it is shared with whoever else is in the process");

    @ArchTest
    static final ArchRule NO_UPDATERS_OF_ND4J = neverUsed(
            "org.nd4j.linalg.learning..*",
            ".*",
            "Adam leaves a gradient in order 'f' as it is, and the first step of Nadam is 60 times as long as it should be");

    @ArchTest
    static final ArchRule NO_BYTES_OF_NUMPY =
            neverUsed("org.nd4j..*", "toNpyByteArray|convertToNumpy", "of a view or a transpose, the bytes are wrong");

    /** An array's own equals is no better, but a call of it cannot be told: in class files it is one of Object's. */
    @ArchTest
    static final ArchRule NO_COMPARISON_WITHIN_AN_EPSILON = neverUsed(
            "org.nd4j.linalg.api.ndarray..*", "equalsWithEps", "elements that are nearly equal make no two arrays one");

    @ArchTest
    static void allModulesAreThere(JavaClasses imported) {
        for (String name : new String[] {
            "io.autodiff.GradientTape",
            "io.autodiff.op.Op",
            "io.autodiff.spi.Executor",
            "io.autodiff.transform.GradientCheck",
            "io.autodiff.optimizer.Sgd",
            "io.autodiff.nn.Nn",
            "io.autodiff.nd4j.Nd4jTensors",
            "io.autodiff.examples.Tutorial"
        }) {
            assertTrue(imported.contain(name), name);
        }
        assertFalse(imported.contain(ArchitectureTest.class.getName()), "tests are left out");
    }

    @ArchTest
    static void eachRuleCanFail(JavaClasses imported) {
        // By its package this fixture counts as a class of the api, and it uses ND4J.
        JavaClasses fixture = new ClassFileImporter().importClasses(UsesNd4j.class);
        assertFails(dependsOnNothing(API), fixture);
        assertFails(nd4jOnlyIn(ENGINE, EXAMPLES), fixture);
        JavaClasses traps = new ClassFileImporter().importClasses(CallsWhatGoesWrong.class);
        for (ArchRule rule : new ArchRule[] {
            NO_CALL_OF_TRANSFORMS_THAT_GO_WRONG,
            NO_NAMESPACE_OF_ND4J,
            NO_RANDOM_NUMBERS_OF_ND4J,
            NO_UPDATERS_OF_ND4J,
            NO_BYTES_OF_NUMPY,
            NO_COMPARISON_WITHIN_AN_EPSILON
        }) {
            assertFails(rule, traps);
        }
        for (Class<?> one : new Class<?>[] {PowByReference.class, MathOfNd4j.class, ClipByAverageNorm.class}) {
            JavaClasses only = new ClassFileImporter().importClasses(one);
            assertFails(one == PowByReference.class ? NO_CALL_OF_TRANSFORMS_THAT_GO_WRONG : NO_NAMESPACE_OF_ND4J, only);
        }
        // The same rules with a direction that dependencies do take, and with the core cut into its packages.
        assertFails(independent(EXAMPLES, "io.autodiff"), imported);
        assertFails(independent(OPTIMIZER, "io.autodiff"), imported);
        assertFails(acyclic(Map.of(), "the packages of the api"), imported);
    }

    static final class UsesNd4j {
        INDArray array;
    }

    /** Each thing that a rule forbids; nothing runs it. */
    static final class CallsWhatGoesWrong {
        List<Object> of(INDArray x) {
            return List.of(
                    Transforms.stabilize(x, 1),
                    Nd4j.math().exp(x),
                    Nd4j.rand(2, 2),
                    new Adam(0.1),
                    Nd4j.toNpyByteArray(x),
                    x.equalsWithEps(x.dup(), 1e-5));
        }
    }

    static final class PowByReference {
        BinaryOperator<INDArray> pow = Transforms::pow;
    }

    static final class MathOfNd4j {
        INDArray of(INDArray x) {
            return Nd4j.nn().relu(x, 0);
        }
    }

    static final class ClipByAverageNorm {
        INDArray of(NDMath math, INDArray x) {
            return math.clipByAvgNorm(x, 1, 0);
        }
    }

    /** What goes wrong in ND4J is used nowhere, neither called nor referred to. */
    private static ArchRule neverUsed(String owners, String members, String because) {
        Pattern owner = Pattern.compile(owners);
        Pattern member = Pattern.compile(members);
        return noClasses()
                .should()
                .accessTargetWhere(DescribedPredicate.<JavaAccess<?>>describe(
                        members + " of " + owners,
                        access -> owner.matcher(access.getTargetOwner().getFullName())
                                        .matches()
                                && member.matcher(access.getTarget().getName()).matches()))
                .because(because);
    }

    private static ArchRule dependsOnNothing(DescribedPredicate<JavaClass> these) {
        return classes()
                .that(these)
                .should()
                .onlyDependOnClassesThat(these.or(resideInAnyPackage("java..", "org.jspecify..")));
    }

    private static ArchRule independent(String from, String to) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(to);
    }

    private static ArchRule nd4jOnlyIn(String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ND4J);
    }

    /** No cycles among the api's packages, where {@code merged} says which of them count as one. */
    private static ArchRule acyclic(Map<String, String> merged, String description) {
        SliceAssignment byPackage = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                if (!API.test(javaClass)) {
                    return SliceIdentifier.ignore();
                }
                String[] parts = javaClass.getPackageName().split("\\.", -1);
                String name = parts.length > 2 ? parts[2] : "";
                return SliceIdentifier.of(merged.getOrDefault(name, name));
            }

            @Override
            public String getDescription() {
                return description;
            }
        };
        return slices().assignedFrom(byPackage).should().beFreeOfCycles();
    }

    private static void assertFails(ArchRule rule, JavaClasses classes) {
        assertTrue(rule.evaluate(classes).hasViolation(), rule.getDescription());
    }
}
