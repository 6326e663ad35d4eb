//! What the operating system says about processes and about this machine.

use super::owner::{Boot, Owner, Seen};

/// The label of this process, asked for once and kept: it never changes.
pub struct ThisProcess {
    boot: Boot,
    label: String,
}

impl ThisProcess {
    /// Looks at this process.
    #[must_use]
    pub fn look() -> Self {
        let label = label_of(std::process::id());
        let boot = os::boot();
        Self { boot, label }
    }

    /// `pid:start-time:boot`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether the process that a label names still lives, as far as can be told from here. A
    /// label of another form belongs to another version of Berth: it is left alone.
    #[must_use]
    pub fn owner_lives(&self, label: &str) -> bool {
        Owner::parse(label).is_none_or(|owner| super::owner::lives(&owner, &self.boot, os::look))
    }
}

/// The label of any process, [`Owner`] as text.
#[must_use]
pub fn label_of(pid: u32) -> String {
    let start = match os::look(pid) {
        Seen::Since(start) => start,
        // A system that hides a process from its parent; then nobody else can judge it either.
        Seen::Gone | Seen::Hidden => String::new(),
    };
    let boot = os::boot();
    Owner { pid, start, boot }.to_string()
}

/// What the system says about a process number.
#[must_use]
pub fn look(pid: u32) -> Seen {
    os::look(pid)
}

/// Where we are.
#[must_use]
pub fn boot() -> Boot {
    os::boot()
}

/// A short hash: what names this machine stays on this machine.
fn short_hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(format!("berth machine {}", text.trim()))
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(target_os = "linux")]
mod os {
    use super::{Boot, Seen, short_hash};
    use crate::host::owner::parse_proc_stat;

    pub fn boot() -> Boot {
        let machine = std::fs::read_to_string("/etc/machine-id")
            .or_else(|_| std::fs::read_to_string("/var/lib/dbus/machine-id"))
            .map(|id| short_hash(&id))
            .unwrap_or_default();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().replace('-', ""))
            .unwrap_or_default();
        // A link such as `pid:[4026531836]`.
        let namespace = std::fs::read_link("/proc/self/ns/pid")
            .map(|link| {
                link.to_string_lossy()
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect()
            })
            .unwrap_or_default();
        Boot {
            machine,
            boot,
            namespace,
        }
    }

    pub fn look(pid: u32) -> Seen {
        match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => match parse_proc_stat(&stat) {
                // Z: a zombie. X: being reaped.
                Some(('Z' | 'X', _)) => Seen::Gone,
                Some((_, start)) => Seen::Since(start),
                None => Seen::Hidden,
            },
            // With `hidepid` other people's processes are not there at all; Berth's home is one
            // person's, so an owner is always one of their own.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Seen::Gone,
            // ESRCH: it ended while its file was being read.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Seen::Gone,
            Err(_) => Seen::Hidden,
        }
    }
}

#[cfg(target_os = "macos")]
mod os {
    use super::{Boot, Seen, short_hash};

    pub fn boot() -> Boot {
        Boot {
            machine: host_uuid().map(|id| short_hash(&id)).unwrap_or_default(),
            boot: text_sysctl(c"kern.bootsessionuuid")
                .map(|id| id.replace('-', ""))
                .unwrap_or_default(),
            namespace: String::new(),
        }
    }

    #[allow(unsafe_code)]
    fn host_uuid() -> Option<String> {
        let mut id = [0_u8; 16];
        let wait = libc::timespec {
            tv_sec: 1,
            tv_nsec: 0,
        };
        // SAFETY: the first argument points to the 16 bytes that the call fills, the second to a
        // timespec; both live for the whole call.
        let result = unsafe { libc::gethostuuid(id.as_mut_ptr(), &raw const wait) };
        (result == 0).then(|| id.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    #[allow(unsafe_code)]
    fn text_sysctl(name: &std::ffi::CStr) -> Option<String> {
        let mut buffer = [0_u8; 128];
        let mut length = buffer.len();
        // SAFETY: `name` is NUL-terminated; the buffer and its length belong together and live
        // for the whole call; nothing is set.
        let result = unsafe {
            libc::sysctlbyname(
                name.as_ptr(),
                buffer.as_mut_ptr().cast(),
                &raw mut length,
                std::ptr::null_mut(),
                0,
            )
        };
        if result != 0 {
            return None;
        }
        let text = std::ffi::CStr::from_bytes_until_nul(&buffer).ok()?;
        let text = text.to_str().ok()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    #[allow(unsafe_code)]
    pub fn look(pid: u32) -> Seen {
        let Ok(pid) = libc::c_int::try_from(pid) else {
            return Seen::Gone;
        };
        // SAFETY: all fields of this C struct are numbers and arrays of numbers.
        let mut info: libc::proc_bsdinfo = unsafe { std::mem::zeroed() };
        let size = std::mem::size_of::<libc::proc_bsdinfo>() as libc::c_int;
        // SAFETY: the buffer is as long as we say, and lives for the whole call.
        let filled = unsafe {
            libc::proc_pidinfo(pid, libc::PROC_PIDTBSDINFO, 0, (&raw mut info).cast(), size)
        };
        if filled == size {
            return if info.pbi_status == libc::SZOMB {
                Seen::Gone
            } else {
                Seen::Since(format!(
                    "{}{:06}",
                    info.pbi_start_tvsec, info.pbi_start_tvusec
                ))
            };
        }
        match std::io::Error::last_os_error().raw_os_error() {
            Some(libc::ESRCH) => Seen::Gone,
            _ => Seen::Hidden,
        }
    }
}

#[cfg(windows)]
mod os {
    use super::{Boot, Seen, short_hash};
    use windows_sys::Win32::Foundation::{
        CloseHandle, ERROR_INVALID_PARAMETER, FILETIME, GetLastError, WAIT_OBJECT_0,
    };
    use windows_sys::Win32::System::Registry::{
        HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, RRF_SUBKEY_WOW6464KEY, RegGetValueW,
    };
    use windows_sys::Win32::System::Threading::{
        GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
        WaitForSingleObject,
    };

    /// The boot stays empty: a process's creation time is absolute here, so that its number and
    /// its start name it across boots.
    pub fn boot() -> Boot {
        Boot {
            machine: machine_guid().map(|id| short_hash(&id)).unwrap_or_default(),
            boot: String::new(),
            namespace: String::new(),
        }
    }

    fn wide(text: &str) -> Vec<u16> {
        text.encode_utf16().chain(std::iter::once(0)).collect()
    }

    #[allow(unsafe_code)]
    fn machine_guid() -> Option<String> {
        let key = wide(r"SOFTWARE\Microsoft\Cryptography");
        let value = wide("MachineGuid");
        let mut buffer = [0_u16; 64];
        let mut bytes = u32::try_from(std::mem::size_of_val(&buffer)).ok()?;
        // SAFETY: key and value are NUL-terminated; buffer and its length in bytes belong
        // together; all live for the whole call.
        let status = unsafe {
            RegGetValueW(
                HKEY_LOCAL_MACHINE,
                key.as_ptr(),
                value.as_ptr(),
                RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY,
                std::ptr::null_mut(),
                buffer.as_mut_ptr().cast(),
                &raw mut bytes,
            )
        };
        (status == 0).then(|| {
            let length = buffer.iter().position(|c| *c == 0).unwrap_or(buffer.len());
            String::from_utf16_lossy(&buffer[..length])
        })
    }

    #[allow(unsafe_code)]
    pub fn look(pid: u32) -> Seen {
        // SAFETY: no pointers are given.
        let process = unsafe {
            OpenProcess(
                PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE,
                0,
                pid,
            )
        };
        if process.is_null() {
            // SAFETY: reads this thread's last error.
            return match unsafe { GetLastError() } {
                ERROR_INVALID_PARAMETER => Seen::Gone,
                _ => Seen::Hidden,
            };
        }
        let zero = FILETIME {
            dwLowDateTime: 0,
            dwHighDateTime: 0,
        };
        let (mut created, mut exited, mut kernel, mut user) = (zero, zero, zero, zero);
        // SAFETY: the handle is open until it is closed below, the four times live for the call.
        let (ended, timed) = unsafe {
            let ended = WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
            let timed = GetProcessTimes(
                process,
                &raw mut created,
                &raw mut exited,
                &raw mut kernel,
                &raw mut user,
            ) != 0;
            CloseHandle(process);
            (ended, timed)
        };
        if ended {
            Seen::Gone
        } else if timed {
            let start =
                (u64::from(created.dwHighDateTime) << 32) | u64::from(created.dwLowDateTime);
            Seen::Since(start.to_string())
        } else {
            Seen::Hidden
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_ended_does_not() {
        let this = ThisProcess::look();
        assert!(this.owner_lives(this.label()));
        let own = Owner::parse(this.label()).expect("its own label");
        assert!(!own.start.is_empty() && own.pid == std::process::id());

        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
            .arg("--list")
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a process");
        let Seen::Since(start) = os::look(child.id()) else {
            // It has ended already, and is a zombie until it is waited for.
            child.wait().expect("ends");
            assert_eq!(os::look(child.id()), Seen::Gone);
            return;
        };
        let label = Owner {
            pid: child.id(),
            start,
            boot: own.boot,
        }
        .to_string();
        child.wait().expect("ends");
        assert!(!this.owner_lives(&label));
    }

    #[test]
    fn the_same_number_with_another_start_is_dead() {
        let this = ThisProcess::look();
        let mut owner = Owner::parse(this.label()).expect("its own label");
        owner.start.push('1');
        assert!(!this.owner_lives(&owner.to_string()));
    }

    #[test]
    fn a_label_of_another_form_is_left_alone() {
        assert!(ThisProcess::look().owner_lives("v2/some-other-form"));
    }
}
