package dev.mayfly.host;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.mayfly.host.access.Authenticator;
import dev.mayfly.host.access.KeyText;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What ARCHITECTURE.md says about the modules, held where a compiler doesn't hold it. It stands here because host sees them all. */
final class ArchitectureTest {
    private static final List<String> MODULES =
            List.of("engine", "memorypool", "linkercache", "hostinterfaces", "snapshots", "client", "host");

    private static final JavaClasses MAYFLY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.mayfly");

    @Test
    void everyModuleIsLookedAt() {
        for (String module : MODULES) {
            assertTrue(MAYFLY.containPackage("dev.mayfly." + module), module + " has no classes on the class path");
        }
    }

    @Test
    void dependenciesPointDownward() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("engine")
                .definedBy("dev.mayfly.engine..")
                .layer("memory-pool")
                .definedBy("dev.mayfly.memorypool..")
                .layer("linker-cache")
                .definedBy("dev.mayfly.linkercache..")
                .layer("host-interfaces")
                .definedBy("dev.mayfly.hostinterfaces..")
                .layer("snapshots")
                .definedBy("dev.mayfly.snapshots..")
                .layer("client")
                .definedBy("dev.mayfly.client..")
                .layer("host")
                .definedBy("dev.mayfly.host..")
                .whereLayer("engine")
                .mayNotAccessAnyLayer()
                .whereLayer("memory-pool")
                .mayOnlyAccessLayers("engine")
                .whereLayer("linker-cache")
                .mayOnlyAccessLayers("engine")
                .whereLayer("host-interfaces")
                .mayOnlyAccessLayers("linker-cache", "memory-pool", "engine")
                .whereLayer("snapshots")
                .mayOnlyAccessLayers("linker-cache", "memory-pool", "engine")
                .whereLayer("client")
                .mayNotAccessAnyLayer()
                .check(MAYFLY);
    }

    @Test
    void onlyTheEngineLinksNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mayfly.engine..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class)
                .orShould()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .check(MAYFLY);
    }

    /** Comparisons that end at the first difference tell by their time where it is. */
    @Test
    void keysAreComparedByTheirHashesInConstantTime() {
        classes()
                .that()
                .areAssignableTo(Authenticator.class)
                .should()
                .callMethod(KeyText.class, "hash", String.class)
                .andShould()
                .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
                .check(MAYFLY);
        noClasses()
                .that()
                .belongToAnyOf(Authenticator.class, KeyText.class)
                .should()
                .callMethodWhere(target(nameMatching("equals.*|contentEquals|regionMatches|compare.*|mismatch")))
                .check(MAYFLY);
    }

    @Test
    void noPackageIsNamedAfterNothing() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..",
                        "..utils..",
                        "..common..",
                        "..impl..",
                        "..helper..",
                        "..helpers..",
                        "..manager..",
                        "..internal..",
                        "..misc..")
                .check(MAYFLY);
    }
}
